import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Report tasks as completed; without --task, all of them, and the session ends',
  example: "maestro report complete 'Retry added in src/http.ts; npm test passes' --task task_1",
  sessionStatus: 'completed',
  type: 'task_completed',
  endsSession: true,
})
