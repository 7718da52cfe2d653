import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Say that something out of reach stops a task',
  example: "maestro report blocked 'DATABASE_URL is not set' --task task_1",
  sessionStatus: 'blocked',
  type: 'task_blocked',
})
