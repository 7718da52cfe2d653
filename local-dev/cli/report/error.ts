import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Report tasks as failed: they cannot be done as asked',
  example: "maestro report error 'The API has no such field' --task task_1,task_2",
  sessionStatus: 'failed',
  type: 'error',
})
