/** The list of all commands. Each is loaded only when it is called. */
import type { Command } from './command'

export type LoadCommand = () => Promise<{ command: Command }>

export interface CommandGroup {
  about: string
  /** What the group's name does alone. */
  alone?: LoadCommand
  commands: Readonly<Record<string, LoadCommand>>
}

export const commands: Readonly<Record<string, LoadCommand | CommandGroup>> = {
  serve: () => import('./serve'),
  run: () => import('./run'),
  status: () => import('./status'),
  console: () => import('./console'),
  inbox: () => import('./inbox/inbox'),
  answer: () => import('./answer'),
  tell: () => import('./tell'),
  events: () => import('./events'),
  api: () => import('./api'),
  export: () => import('./export'),
  import: () => import('./import'),
  restore: () => import('./restore'),
  trust: () => import('./trust'),
  ready: () => import('./ready'),
  claim: () => import('./claim'),
  release: () => import('./release'),
  whoami: () => import('./whoami'),
  mcp: {
    about: 'The tools for agents that speak MCP; alone, serves them over standard input and output',
    alone: () => import('./mcp/serve'),
    commands: { install: () => import('./mcp/install') },
  },
  agents: {
    about: 'The agents of this machine; alone, lists them',
    alone: () => import('./agents/list'),
    commands: {
      check: () => import('./agents/check'),
      install: () => import('./agents/install'),
    },
  },
  project: {
    about: 'Codebases that agents work on',
    commands: {
      create: () => import('./project/create'),
      list: () => import('./project/list'),
      show: () => import('./project/show'),
      update: () => import('./project/update'),
      delete: () => import('./project/delete'),
    },
  },
  task: {
    about: 'Tasks to be done',
    commands: {
      create: () => import('./task/create'),
      list: () => import('./task/list'),
      show: () => import('./task/show'),
      update: () => import('./task/update'),
      complete: () => import('./task/complete'),
      block: () => import('./task/block'),
      children: () => import('./task/children'),
      tree: () => import('./task/tree'),
      why: () => import('./task/why'),
      delete: () => import('./task/delete'),
    },
  },
  session: {
    about: 'Agents at work on tasks',
    commands: {
      list: () => import('./session/list'),
      show: () => import('./session/show'),
      spawn: () => import('./session/spawn'),
      register: () => import('./session/register'),
      complete: () => import('./session/complete'),
      'needs-input': () => import('./session/needs-input'),
      logs: () => import('./session/logs'),
      stop: () => import('./session/stop'),
      interrupt: () => import('./session/interrupt'),
      restart: () => import('./session/restart'),
      wait: () => import('./session/wait'),
      prune: () => import('./session/prune'),
      diff: () => import('./session/diff'),
      merge: () => import('./session/merge'),
      clean: () => import('./session/clean'),
      watch: () => import('./session/watch'),
      attach: () => import('./session/attach'),
    },
  },
  report: {
    about: "Report on this session's tasks",
    commands: {
      progress: () => import('./report/progress'),
      complete: () => import('./report/complete'),
      blocked: () => import('./report/blocked'),
      'needs-input': () => import('./report/needs-input'),
      error: () => import('./report/error'),
    },
  },
  queue: {
    about: 'The task queue of this session',
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
    about: 'Prompt templates of sessions',
    commands: {
      list: () => import('./template/list'),
      show: () => import('./template/show'),
      edit: () => import('./template/edit'),
      reset: () => import('./template/reset'),
    },
  },
  skill: {
    about: 'Instructions that agents can be given',
    commands: {
      list: () => import('./skill/list'),
      show: () => import('./skill/show'),
      install: () => import('./skill/install'),
    },
  },
  manifest: {
    about: 'The manifest that a session starts from',
    commands: { generate: () => import('./manifest/generate') },
  },
  worker: {
    about: 'What a spawned worker session runs',
    commands: { init: () => import('./worker/init') },
  },
  orchestrator: {
    about: 'What a spawned orchestrator session runs',
    commands: { init: () => import('./orchestrator/init') },
  },
  'demo-agent': () => import('./demo-agent'),
}

/** What is called by programs, and not listed. */
export const hiddenCommands: Readonly<Record<string, LoadCommand>> = {
  hook: () => import('./hook'),
}
