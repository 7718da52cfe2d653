import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Report tasks as blocked by something that this session cannot change',
  example: "maestro report blocked 'DATABASE_URL is not set' --task task_1",
  sessionStatus: 'blocked',
  type: 'task_blocked',
})
