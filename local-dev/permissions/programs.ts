/** What is known of programs: which of them hide another command, reach the network, or leave the directory. */
import { basename } from 'node:path'

const namesOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** They run what they are given, or change what the words behind them mean. */
const wrappers = namesOf(`
  eval exec source . command builtin trap alias unalias enable hash set shopt setopt unsetopt export declare
  typeset local readonly unset let read mapfile readarray getopts bind complete compgen fc r history
  zmodload autoload emulate vared print sched zle functions integer float private rehash pushd popd chdir
  env xargs sudo doas su runuser nohup time timeout gtimeout nice ionice chrt taskset setsid stdbuf unbuffer
  script watch parallel flock strace ltrace busybox chroot unshare nsenter setarch expect entr tmux screen
  at batch systemd-run caffeinate jobs fg bg disown zargs zpty zmv zregexparse add-zsh-hook pkexec sg newgrp
  fakeroot proot bwrap firejail setpriv gosu su-exec prlimit numactl xvfb-run rlwrap run-parts dotenv
  cross-env direnv mise asdf pyenv rbenv hyperfine nodemon concurrently foreman valgrind perf
`)
const shells = namesOf('sh bash dash zsh ksh mksh ash fish csh tcsh rbash pwsh')
/** Options by which many programs run another one. */
const runningOption =
  /^--?(?:exec|execdir|toolexec|vettool|pager|preview|editor|script-shell|pre|to-command|(?:use-)?compress-program|unzip-command)(?:=|$)/
const finders = new Map([
  ['find', /^-(?:exec|execdir|ok|okdir)$/],
  ['fd', /^(?:-[a-zA-Z]*[xX]|--exec(?:-batch)?)/],
  ['fdfind', /^(?:-[a-zA-Z]*[xX]|--exec(?:-batch)?)/],
  ['rg', /^--(?:pre|hostname-bin)\b/],
  [
    'tar',
    /^(?:--(?:to-command|checkpoint-action|use-compress-program|rsh-command|info-script|new-volume-script)|-I|-F)/,
  ],
  ['sort', /^--compress-program/],
])
const gitPrograms =
  /^(?:-c.*|--config-env.*|--exec-path.*|--exec.*|-x.*|-O.*|--open-files-in-pager.*|--extcmd.*|--upload-pack.*|--receive-pack.*|--ext-diff|run|foreach)$/

/** Variables that say how a program reports, and nothing else. */
const harmlessVariables =
  /^(?:CI|NODE_ENV|FORCE_COLOR|NO_COLOR|CLICOLOR|TZ|LANG|LC_[A-Z]+|TERM|COLUMNS|LINES|RUST_BACKTRACE|PYTHONUNBUFFERED|TEST_SEED)$/

/** Why a command cannot be told from its words: it hides another one. Undefined if it does not. */
export const hidingReason = (
  words: readonly string[],
  assignments: readonly string[],
): string | undefined => {
  const [command = '', ...rest] = words
  const program = programOf(command)
  const variable = assignments.find((name) => !harmlessVariables.test(name))
  if (variable !== undefined) return `it sets ${variable}`
  if (wrappers.has(program)) return `${program} runs something else`
  if (shells.has(program) && !/^[^-+]/.test(rest[0] ?? '')) return `${program} reads commands`
  if (rest.some((word) => runningOption.test(word) || finders.get(program)?.test(word)))
    return `${program} runs another command`
  if (/^(?:printf|test|\[)$/.test(program) && rest.some((word) => word.startsWith('-v')))
    return `${program} -v names a variable`
  if (program !== 'git') return undefined
  const { subcommand, options } = readGit(words)
  const isHidden =
    options.some((option) => gitPrograms.test(option)) ||
    (gitRunsPrograms.has(subcommand) && words.some((word) => gitPrograms.test(word)))
  return isHidden || subcommand === 'filter-branch' ? 'git runs another command' : undefined
}

const gitRunsPrograms = namesOf('bisect rebase submodule grep difftool mergetool diff log show')

/** The program's name, however it is called. */
export const programOf = (command: string): string => basename(command).toLowerCase()

const gitOptionsWithValue = namesOf('-C -c --git-dir --work-tree --namespace --super-prefix --config-env')

interface GitWords {
  subcommand: string
  /** What stands before it, without values. */
  options: readonly string[]
  /** The subcommand and what is behind it. */
  rest: readonly string[]
}

export const readGit = (words: readonly string[]): GitWords => {
  const options: string[] = []
  let at = 1
  for (let word = words[at]; word?.startsWith('-'); word = words[at]) {
    options.push(word)
    at += gitOptionsWithValue.has(word) ? 2 : 1
  }
  return { subcommand: words[at] ?? '', options, rest: words.slice(at) }
}

/** The commands of git that stay in this repository. */
const localGit = namesOf(`
  add am annotate apply bisect blame branch cat-file check-ignore checkout cherry cherry-pick clean commit
  count-objects describe diff diff-files diff-index diff-tree for-each-ref format-patch fsck grep help log
  ls-files ls-tree merge merge-base mv name-rev notes range-diff rebase reflog reset restore rev-list
  rev-parse revert rm shortlog show show-branch show-ref stash status switch tag version whatchanged
`)
const localGitOptions = namesOf('-C -P --no-pager --no-optional-locks --literal-pathspecs --version')

/** What package programs do without the network. */
const localCommands = new Map([
  ['npm', /^(?:test|t|tst|run|run-script|ls|list|pack|why|explain|root|prefix|help|version|--version|-v)$/],
  ['pnpm', /^(?:test|t|run|ls|list|why|root|--version|-v)$/],
  ['yarn', /^(?:test|run|why|--version|-v)$/],
  ['cargo', /^(?:build|b|check|c|clippy|test|t|bench|fmt|clean|doc|metadata|tree|--version|-V)$/],
  ['go', /^(?:build|test|vet|fmt|env|doc|list|version|clean)$/],
  ['bundle', /^(?:list|show|--version)$/],
  ['poetry', /^(?:show|--version)$/],
  ['deno', /^(?:test|fmt|lint|check|--version)$/],
  ['bun', /^(?:test|--version)$/],
  ['dotnet', /^(?:build|test|clean|--version)$/],
])

/** They reach the network, the machine, other processes, or a person's desktop. */
const outward = namesOf(`
  curl wget http https xh aria2c ssh scp sftp rsync rclone mosh nc ncat netcat socat telnet ftp tftp lftp
  openssl dig nslookup host whois ping traceroute nmap tcpdump ip ifconfig iptables lynx w3m links mail
  sendmail gh glab hub aws az gcloud gsutil kubectl helm terraform tofu pulumi ansible ansible-playbook
  vagrant docker docker-compose podman nerdctl buildah vercel netlify flyctl fly heroku wrangler firebase
  supabase psql mysql mongo mongosh redis-cli npx pnpx bunx uvx pipx pip pip3 uv conda mamba gem corepack
  nvm volta brew apt apt-get aptitude dpkg yum dnf rpm apk pacman zypper snap flatpak port nix nix-env
  nix-shell guix composer mvn git-lfs svn hg claude codex gemini opencode qwen kill pkill killall skill
  shutdown reboot halt poweroff systemctl launchctl service crontab mount umount dd mkfs fdisk chown passwd
  useradd usermod visudo sysctl modprobe gpg gpg2 pass security secret-tool keyctl ssh-keygen ssh-add
  ssh-agent defaults osascript open xdg-open gdb lldb printenv ps lsof maestro maestro-server logout ulimit
  umask ln link
`)

const interpreters =
  /^(?:node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|pypy3?|perl|ruby|php|lua|luajit|tclsh|rscript|r|julia|groovy|scala|swift|awk|gawk|mawk|nawk|m4|gnuplot|sqlite3|ed|ex|vi|vim|nvim|emacs|less|more|man)$/
const harmlessFirst = /^(?:--test|--version|-v|-V|--help)$/

/** They change no file that they name. */
export const readers = namesOf(
  'cat head tail nl wc ls stat file cmp grep egrep fgrep cd du tree basename dirname',
)
/** Whose plain words are files. */
export const fileTools = namesOf(`
  cat head tail nl wc ls stat file cmp diff grep egrep fgrep rg cd du tree rm rmdir mv cp touch mkdir tee chmod
  chgrp shred unlink truncate sed awk sort uniq cut tar zip unzip gzip gunzip install less more vi vim nano
`)
/** Whose words are places that they take away or change as a whole. */
export const removers = namesOf('rm rmdir mv chmod chgrp shred unlink truncate')

/** Why a command whose words all stay in the directory may leave it all the same; undefined if it does not. */
export const outwardReason = (words: readonly string[]): string | undefined => {
  const [command = '', ...rest] = words
  const program = programOf(command)
  const [first = ''] = rest
  if (outward.has(program)) return `${program} reaches beyond the directory`
  if (program === 'git') return outwardGit(words)
  const local = localCommands.get(program)
  if (local)
    return local.test(first) ? undefined : `${program} ${first} may use the network`.replace('  ', ' ')
  if (program === 'find') return rest.includes('-delete') ? 'find -delete removes what it finds' : undefined
  if (program === 'sed') return isPlainSed(rest) ? undefined : 'sed may run or write what its script says'
  if (/^python/.test(program) && first === '-m')
    return rest[1] ? outwardModule(rest.slice(1)) : 'no module is named'
  if (!interpreters.test(program)) return undefined
  return first === '' ||
    (first.startsWith('-') && !harmlessFirst.test(first)) ||
    /awk$|^m4$|^sqlite3$|^[ev]|^nvim$/.test(program)
    ? `${program} runs what it is told in its own language`
    : undefined
}

const outwardModule = (words: readonly string[]): string | undefined =>
  /^(?:pytest|unittest|mypy|black|ruff|flake8|isort|pylint|compileall|json\.tool)$/.test(words[0] ?? '')
    ? undefined
    : `python -m ${words[0]} is not known to stay in the directory`

const outwardGit = (words: readonly string[]): string | undefined => {
  const { subcommand, options } = readGit(words)
  const isLocal = subcommand === '' ? options.includes('--version') : localGit.has(subcommand)
  if (!isLocal) return `git ${subcommand} may use the network, or change how git works`
  const option = options.find((each) => !localGitOptions.has(each))
  return option === undefined ? undefined : `git ${option} changes how git works`
}

/** Lines that are printed or deleted, and replacements: neither `e` nor `w`. */
const plainSedScript =
  /^(?:(?:\d+|\$)(?:,(?:\d+|\$))?[pdq]|s([/|#,])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gIip\d]*)$/

const isPlainSed = (words: readonly string[]): boolean => {
  const options = words.filter((word) => word.startsWith('-'))
  const scripts = words.filter((word) => !word.startsWith('-'))
  return options.every((option) => /^-[niEr]+$/.test(option)) && plainSedScript.test(scripts[0] ?? '')
}
