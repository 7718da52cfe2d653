import type { PermissionMode } from '../../schemas/agent'
import type { Role } from '../../schemas/template'
import type { ShellCommand } from './shell-reader'

/** What an agent reports and asks by, in every mode. */
const always = [
  'whoami',
  'report',
  'ask',
  'queue',
  'ready',
  'task list',
  'task show',
  'session list',
  'session show',
]
/** What changes more than its own report, or reads what others print. */
const notInPlan = ['claim', 'release', 'tell', 'session logs']
const ofOrchestrator = ['session spawn', 'session stop']

/** Whether it is one of the `maestro` verbs that this agent has of its own. Words that a shell would replace are not. */
export const isOwnVerb = ({ words }: ShellCommand, mode: PermissionMode, role: Role): boolean => {
  const [program, ...rest] = words
  if (program?.text !== 'maestro' || words.some(({ hasGlob }) => hasGlob)) return false
  const texts = rest.map(({ text }) => text)
  const verbs = [
    ...always,
    ...(mode === 'plan' ? [] : [...notInPlan, ...(role === 'orchestrator' ? ofOrchestrator : [])]),
  ]
  return verbs.some((verb) => verb.split(' ').every((word, index) => texts[index] === word))
}
