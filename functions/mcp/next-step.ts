/** What an agent does next when something was refused, by the code of the refusal. */
const steps: Readonly<Record<string, string | undefined>> = {
  VALIDATION_ERROR: 'Correct the arguments, then call again',
  UNAUTHORIZED: 'The token is wrong or void: stop, and tell the person',
  FORBIDDEN: 'This is not yours to do: ask a person',
  PROJECT_NOT_FOUND: 'Leave out projectId for your own project',
  TASK_NOT_FOUND: 'See my_tasks or list_tasks for the ids that there are',
  SESSION_NOT_FOUND: 'See sessions for the ids that there are',
  NOT_FOUND: 'Check the id',
  SESSION_ENDED: 'The session has ended: stop working, what you have done is kept',
  TASK_CLAIMED: 'Take another one: claim_next',
  TASK_NOT_READY: 'Take another one: claim_next',
  STALE_CLAIM: 'The task is not yours any more: stop the work on it, then claim_next',
  TOO_MANY_CHILDREN: 'wait until a session ends, then spawn',
  STORAGE_UNAVAILABLE: 'Nothing was changed: call again in a while',
  SERVER_UNREACHABLE: 'Is the server running? Call again in a while',
}

export const nextStep = (code: string): string =>
  steps[code] ?? 'See what the message says; if it cannot be mended, ask a person'
