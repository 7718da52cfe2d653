/** What is asked in every mode but `bypassPermissions`, whatever rules allow. */
import { dirname, relative } from 'node:path'
import { isWithin } from './locations'
import type { PolicyContext } from './subject'

/** Who writes there chooses what runs later, or what is allowed. */
const protectedFolders = new Set([
  ...['.git', '.maestro', '.claude', '.codex', '.gemini', '.opencode', '.qwen'],
  ...['.ssh', '.gnupg', '.aws', '.kube'],
])
const protectedFiles = new Set([
  '.mcp.json',
  ...['.profile', '.bashrc', '.bash_profile', '.bash_login', '.bash_logout', '.bash_aliases', '.inputrc'],
  ...['.zshrc', '.zshenv', '.zprofile', '.zlogin', '.zlogout', '.kshrc', '.cshrc', '.tcshrc', '.login'],
  ...['.envrc', '.xprofile', '.xsessionrc', 'config.fish', '.gitconfig', '.npmrc'],
])

/** Below the home: keys, tokens, passwords, and what programs were told of them. */
const secretsAtHome = [
  ...['.ssh', '.gnupg', '.maestro', '.aws', '.azure', '.kube', '.docker', '.password-store', '.vault-token'],
  ...['.netrc', '.npmrc', '.pypirc', '.pgpass', '.my.cnf', '.git-credentials', '.config/git/credentials'],
  ...['.config/gh', '.config/glab-cli', '.config/gcloud', '.config/op', '.config/sops', '.config/rclone'],
  ...[
    '.cargo/credentials',
    '.cargo/credentials.toml',
    '.gem/credentials',
    '.bundle/config',
    '.m2/settings.xml',
  ],
  ...[
    '.gradle/gradle.properties',
    '.terraform.d',
    '.terraformrc',
    '.yarnrc.yml',
    '.config/pip',
    '.composer/auth.json',
  ],
  ...[
    '.claude.json',
    '.claude/.credentials.json',
    '.codex/auth.json',
    '.gemini',
    '.qwen',
    '.local/share/opencode',
  ],
  ...['.local/share/keyrings', '.local/share/kwalletd', 'Library/Keychains', 'Library/Cookies'],
  ...['.mozilla', '.config/google-chrome', '.config/chromium', '.thunderbird', 'Library/Application Support'],
  ...[
    '.bash_history',
    '.zsh_history',
    '.sh_history',
    '.python_history',
    '.node_repl_history',
    '.psql_history',
  ],
]
/** `/proc` has the environment of every process of this user, the runner's with its token too. */
const secretsElsewhere = [
  ...['/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/sudoers.d', '/etc/ssh', '/etc/ssl/private'],
  ...['/root', '/proc', '/run/secrets', '/var/run/secrets', '/dev/fd', '/dev/mem'],
]
const secretFolders = new Set(['.ssh', '.gnupg'])

type PlacesContext = Pick<PolicyContext, 'cwd' | 'tree' | 'home' | 'sessionFolder' | 'realPath'>

export interface Places {
  /** Whether this real path is in the session's directory. */
  isInside(path: string): boolean
  /** The session's directory, by its real path. */
  root: string
  /** Why an edit of this real path is asked everywhere; undefined if it is not. */
  protectedReason(path: string): string | undefined
  /** Why a read of this real path is asked everywhere; undefined if it is not. A folder counts as all that is in it. */
  secretReason(path: string): string | undefined
}

export const createPlaces = ({ cwd, tree = cwd, home, sessionFolder, realPath }: PlacesContext): Places => {
  const root = realPath(cwd)
  const own = [root, realPath(tree), realPath(sessionFolder)]
  const findSecrets = () =>
    [
      ...secretsAtHome.map((place) => realPath(`${home}/${place}`)),
      // Where root works, its home is not all secret.
      ...secretsElsewhere.filter((place) => !isWithin(home, place)).map(realPath),
      // The other sessions' tokens.
      dirname(realPath(sessionFolder)),
    ].map((path) => ({ path, plain: plainPath(path) }))
  let secrets: ReturnType<typeof findSecrets> | undefined
  // What the directory itself lies in is nobody's choice: a worktree is below ~/.maestro.
  const ownParts = (path: string) => plainPath(isWithin(path, root) ? relative(root, path) : path).split('/')

  const secretReason = (path: string) => {
    const folder = ownParts(path).find((part) => secretFolders.has(part))
    if (folder !== undefined) return `secrets are kept in ${folder}`
    const plain = plainPath(path)
    secrets ??= findSecrets()
    const found = secrets.find((secret) =>
      isWithin(plain, secret.plain)
        ? !own.some((mine) => isWithin(mine, secret.path) && isWithin(path, mine))
        : isWithin(secret.plain, plain),
    )
    return found && `secrets are kept in ${found.path}`
  }

  return {
    root,
    isInside: (path) => isWithin(path, root),
    secretReason,
    protectedReason(path) {
      const parts = ownParts(path)
      const folder = parts.find((part) => protectedFolders.has(part))
      if (folder !== undefined) return `what is in ${folder} decides what runs or is allowed`
      const file = parts.at(-1) ?? ''
      if (protectedFiles.has(file)) return `${file} decides what runs or is allowed`
      return secretReason(path)
    },
  }
}

/** File systems that take no account of case, or of invisible characters, open the same. */
export const plainPath = (path: string): string =>
  (/^[\x20-\x7e]*$/.test(path) ? path : path.normalize('NFKC').replace(/\p{Cf}/gu, '')).toLowerCase()
