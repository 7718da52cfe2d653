/** What is asked, of whom, and what comes of it: the words that the rules of permissions share. */
import type { PermissionMode } from '../../schemas/agent'
import type { Role } from '../../schemas/template'
import type { Rules } from './rules'

/** What an agent wants to do. */
export interface PermissionSubject {
  kind: 'read' | 'edit' | 'run' | 'fetch' | 'other'
  /** Of a read or an edit: every path that it names, absolute or from the directory. */
  paths?: readonly string[]
  /** Of a read: whether all that is below those paths is looked through. */
  isSearch?: boolean
  /** Of a run: the text that a shell is given. */
  command?: string
  /** Of a run: where, if the agent says so; else the session's directory. */
  cwd?: string
  /** Of a fetch. */
  host?: string
  /** Whether all of it is known for certain. If not, nothing allows it but `bypassPermissions`. */
  isWhole: boolean
  /** For people, on one line; it says so where not all is known. */
  title?: string
}

/** What allow_always has added for this session: exact commands and paths. `remember` makes its entries. */
export interface Remembered {
  commands: readonly string[]
  paths: readonly string[]
}

export interface PolicyContext {
  mode: PermissionMode
  role: Role
  /** The directory that the session works in. */
  cwd: string
  /** The top of its worktree, where it has one of its own: `cwd` may be a part of it. */
  tree?: string | undefined
  home: string
  /** The session's own folder below SESSION_DIR. */
  sessionFolder: string
  rules: Rules
  remembered: Remembered
  /** The real path of an absolute one, as far as it exists: `realPathOf`. */
  realPath(path: string): string
}

export interface Decision {
  decision: 'allow' | 'ask' | 'deny'
  /** For the person who is asked, and the agent that is refused. */
  reason: string
  /** The rule that decided, as it is written. */
  rule?: string
}
