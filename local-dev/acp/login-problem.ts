/** Whether an agent is signed in no more, or never was. */
import { errorCodes } from './error-codes'
import { textOf } from './error-text'
import { ErrorObject } from './protocol'
import { isUsageLimit } from './usage-limit'

interface LoginProblem {
  /** What signs in, if the agent has said it. */
  command?: string
}

const words = new RegExp(
  [
    'not (logged|signed) in',
    '(logged|signed) out',
    '(log|sign)[ -]?in (again|required|is required|to )',
    '(failed to|please) (log|sign) ?in',
    'please authenticate',
    '/login\\b',
    'unauthori[sz]ed',
    '(un|not )authenticated',
    'authenticat(ion|e) (is )?(required|failed|error)',
    'auth.?(required|error)',
    '(invalid|incorrect|missing|no) (api|auth\\w*|access)[ _-]?(key|token|credentials?)',
    'api[ _-]?key (is )?(not valid|invalid|missing|required)',
    '(token|credentials?|login|session|key)( has| have| is| was)? (expired|revoked)',
    'could not be refreshed',
    // A number alone may be anything.
    '(http|status|error|code)\\W{0,10}401\\b',
  ].join('|'),
  'i',
)

/** Of an `AcpError`: undefined if it is about something else. Code, `data` and text count, since agents differ in all three. */
export const isLoginProblem = (error: unknown): LoginProblem | undefined => {
  const { success, data: read } = ErrorObject.safeParse(error)
  if (!success) return undefined
  const text = textOf(read)
  const isMeant = words.test(text)
  // Older adapters use the code of a missing login for a limit, too.
  if (!isMeant && (read.code !== errorCodes.authRequired || isUsageLimit(error))) return undefined
  const command = commandIn(text)
  return command === undefined ? {} : { command }
}

/** What stands in quotation marks, or follows `run`, and signs in. */
const commandIn = (text: string): string | undefined => {
  const quoted = /[`'"‘“]([\w./-]+(?: [\w./-]+)*)[`'"’”]/g
  const spoken = /\b(?:run|use|using|with|via|execute):? (\/?[\w./-]+(?: [\w./-]+){0,2})/gi
  for (const expression of [quoted, spoken])
    for (const [, words] of text.matchAll(expression)) {
      const command = words && signsIn(words)
      if (command) return command
    }
  return undefined
}

/** As far as the word that means signing in. */
const signsIn = (words: string): string | undefined =>
  /^(?:[\w./-]+ ){0,3}?(?:\/?log-?in|auth login|\/?auth|setup-token)(?= |$)/i.exec(words)?.[0]
