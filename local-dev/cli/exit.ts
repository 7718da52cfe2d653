/** How a command ends: its exit code, and the one line that says why. */
import { MaestroError, ServerUnreachable } from '../../functions/client/problems'
import { AgentStartError } from '../agents/start-error'

/** What agents and scripts go by; the `maestro-cli` skill explains them. */
export const exitCodes = {
  failed: 1,
  notFound: 2,
  unreachable: 3,
  notAllowed: 4,
  timedOut: 5,
  wrongUsage: 64,
} as const

/** The command was called with wrong arguments. */
export class UsageError extends Error {}

/** Whether this is an error that citty throws for a missing or wrong argument. */
const isCittyError = (error: unknown): error is Error => error instanceof Error && error.name === 'CLIError'

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof UsageError || isCittyError(error)) return exitCodes.wrongUsage
  if (error instanceof AgentStartError) return error.exitCode
  if (error instanceof ServerUnreachable) return exitCodes.unreachable
  if (!(error instanceof MaestroError)) return exitCodes.failed
  // From 502 on: a proxy whose server is away.
  if (error.code === 'UNEXPECTED_ANSWER')
    return error.status >= 502 ? exitCodes.unreachable : exitCodes.failed
  if (error.status === 404) return exitCodes.notFound
  return error.status === 401 || error.status === 403 ? exitCodes.notAllowed : exitCodes.failed
}

const startHint = 'Is MAESTRO_SERVER_URL right? "maestro serve" starts a server on this machine'

/** What went wrong, on one line. */
export const lineOf = (error: unknown): string => {
  const text =
    error instanceof ServerUnreachable
      ? `${error.message}. ${startHint}`
      : error instanceof MaestroError
        ? messageOf(error)
        : error instanceof Error
          ? error.message
          : error
  return String(text).replace(/\s*\n\s*/g, ' ')
}

/** What helps, by what the server says that there is not. */
const hints: Readonly<Record<string, string>> = {
  'Project not found': 'maestro project list has all',
  'Task not found': 'maestro task list has all',
  'Parent task not found': 'maestro task list has all',
  'Dependency not found': 'maestro task list has all',
  'Session not found': 'maestro session list has all',
  'Template not found': 'maestro template list has all',
  'Request not found': 'maestro inbox --state all has all',
  'Manifest not found': 'only what was spawned has one',
}

/** What helps against an error, where that is known. */
export const hintFor = (error: unknown): string | undefined =>
  error instanceof MaestroError && error.status === 404 ? hints[error.message] : undefined

/** What was not found, where the message does not name it. */
const missingIds = (message: string, details: MaestroError['details'] = {}): string[] =>
  Object.entries(details).flatMap(([name, id]) =>
    name.endsWith('Id') && typeof id === 'string' && id.trim() !== '' && !message.includes(id)
      ? [id.slice(0, 100)]
      : [],
  )

/** A validation error names only the first problem; its details have all. */
const messageOf = ({ message, status, details }: MaestroError): string => {
  if (status === 401) return `${message}: set MAESTRO_API_TOKEN to the server's`
  if (status === 404) return [message, ...missingIds(message, details)].join(': ')
  const issues: unknown = details?.issues
  if (!Array.isArray(issues) || issues.length < 2) return message
  return issues.map((issue: { message?: unknown }) => String(issue.message)).join('; ')
}
