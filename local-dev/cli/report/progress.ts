import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Report progress on tasks: that work has begun, or how far it is',
  example: "maestro report progress 'Parser done, 12 tests pass' --task task_1",
  sessionStatus: 'working',
  type: 'progress',
})
