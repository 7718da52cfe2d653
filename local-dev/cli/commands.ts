/** Every command, and the one place that lists them. What is not called is not loaded. */
import type { Command } from './command'

export type Load = () => Promise<{ command: Command }>

export interface Group {
  about: string
  commands: Readonly<Record<string, Load>>
}

export const commands: Readonly<Record<string, Load | Group>> = {
  serve: () => import('./serve'),
  run: () => import('./run'),
  status: () => import('./status'),
  events: () => import('./events'),
  api: () => import('./api'),
  export: () => import('./export'),
  import: () => import('./import'),
  whoami: () => import('./whoami'),
  project: {
    about: 'The codebases that are worked on',
    commands: {
      create: () => import('./project/create'),
      list: () => import('./project/list'),
      show: () => import('./project/show'),
      update: () => import('./project/update'),
      delete: () => import('./project/delete'),
    },
  },
  task: {
    about: 'What is to be done',
    commands: {
      create: () => import('./task/create'),
      list: () => import('./task/list'),
      show: () => import('./task/show'),
      update: () => import('./task/update'),
      complete: () => import('./task/complete'),
      block: () => import('./task/block'),
      children: () => import('./task/children'),
      tree: () => import('./task/tree'),
      delete: () => import('./task/delete'),
    },
  },
  session: {
    about: 'The agents that work',
    commands: {
      list: () => import('./session/list'),
      show: () => import('./session/show'),
      spawn: () => import('./session/spawn'),
      register: () => import('./session/register'),
      complete: () => import('./session/complete'),
      'needs-input': () => import('./session/needs-input'),
      stop: () => import('./session/stop'),
      watch: () => import('./session/watch'),
      attach: () => import('./session/attach'),
    },
  },
  report: {
    about: 'Say how it goes, as this session',
    commands: {
      progress: () => import('./report/progress'),
      complete: () => import('./report/complete'),
      blocked: () => import('./report/blocked'),
      'needs-input': () => import('./report/needs-input'),
      error: () => import('./report/error'),
    },
  },
  queue: {
    about: 'The queue of this session',
    commands: {
      top: () => import('./queue/top'),
      start: () => import('./queue/start'),
      complete: () => import('./queue/complete'),
      fail: () => import('./queue/fail'),
      skip: () => import('./queue/skip'),
      list: () => import('./queue/list'),
      push: () => import('./queue/push'),
    },
  },
  template: {
    about: 'The prompts that sessions start from',
    commands: {
      list: () => import('./template/list'),
      show: () => import('./template/show'),
      edit: () => import('./template/edit'),
      reset: () => import('./template/reset'),
    },
  },
  skill: {
    about: 'What agents can be given to read',
    commands: {
      list: () => import('./skill/list'),
      show: () => import('./skill/show'),
      install: () => import('./skill/install'),
    },
  },
  manifest: {
    about: 'What a session starts from',
    commands: { generate: () => import('./manifest/generate') },
  },
  worker: {
    about: 'What a spawn runs for a worker',
    commands: { init: () => import('./worker/init') },
  },
  orchestrator: {
    about: 'What a spawn runs for an orchestrator',
    commands: { init: () => import('./orchestrator/init') },
  },
  'demo-agent': () => import('./demo-agent'),
}
