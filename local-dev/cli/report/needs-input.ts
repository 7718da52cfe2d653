import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Ask a question that only a person can answer',
  example: "maestro report needs-input 'Which date format? I would take ISO 8601' --task task_1",
  sessionStatus: 'needs_input',
  type: 'needs_input',
})
