import type { Tier } from './tier'
import type { Tool } from './tool'
import { ask } from './tools/ask'
import { claimNext } from './tools/claim-next'
import { createTask } from './tools/create-task'
import { listTasks } from './tools/list-tasks'
import { myTasks } from './tools/my-tasks'
import { queue } from './tools/queue'
import { ready } from './tools/ready'
import { release } from './tools/release'
import { report } from './tools/report'
import { sessions } from './tools/sessions'
import { spawn } from './tools/spawn'
import { tell } from './tools/tell'
import { updateTask } from './tools/update-task'
import { wait } from './tools/wait'
import { whoami } from './tools/whoami'

/** Every tool, in the order that they are offered in. */
export const allTools: readonly Tool[] = [
  ...[whoami, myTasks, report, ask, claimNext, release, queue],
  ...[listTasks, createTask, updateTask, ready, spawn, sessions, tell, wait],
]

/** Those of a tier: an orchestrator has a worker's besides its own. */
export const toolsOf = (tier: Tier): readonly Tool[] =>
  allTools.filter(({ isForOrchestrators }) => tier !== 'worker' || !isForOrchestrators)
