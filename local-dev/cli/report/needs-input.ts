import { reportCommand } from './report'

export const command = reportCommand({
  about: 'Ask what only a person can decide',
  example: "maestro report needs-input 'Which date format? I would take ISO 8601' --task task_1",
  sessionStatus: 'needs_input',
  type: 'needs_input',
})
