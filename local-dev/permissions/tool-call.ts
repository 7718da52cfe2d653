/** What an agent's tool call wants, from what it says over ACP: each agent says it in its own way. */
import { basename } from 'node:path'
import * as z from 'zod'
import { shellWord } from '../lib/shell-word'
import type { PermissionSubject } from './subject'

/** A tool call as far as it was told, its request for permission joined with what came before. */
export const JoinedToolCall = z.looseObject({
  kind: z.string().nullish().catch(undefined),
  title: z.string().nullish().catch(undefined),
  rawInput: z.unknown(),
  locations: z.unknown(),
  content: z.unknown(),
})

export type JoinedToolCall = z.infer<typeof JoinedToolCall>

const maxTitleChars = 500

/** Never throws: what it does not know is a subject that is not whole. */
export const subjectOf = (call: JoinedToolCall): PermissionSubject => {
  const input = asRecord(call.rawInput)
  const subject = subjectWithoutTitle(call, input)
  return { ...subject, title: titleOf(call, subject) }
}

const subjectWithoutTitle = (call: JoinedToolCall, input: Fields): PermissionSubject => {
  // Other servers' tools are called "execute" by some agents: what their arguments mean is theirs.
  if (isForeignTool(call, input)) return { kind: 'other', isWhole: true }
  switch (call.kind) {
    case 'execute':
      return commandSubject(call, input)
    case 'read':
      return pathSubject('read', call, input)
    case 'search':
      return searchSubject(call, input)
    case 'edit':
    case 'delete':
    case 'move':
      return pathSubject('edit', call, input)
    case 'fetch':
      return fetchSubject(input)
    default:
      return { kind: 'other', isWhole: true }
  }
}

type Fields = Readonly<Record<string, unknown>>

const asRecord = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}

const asTexts = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(asTexts) : []

const isForeignTool = ({ title }: JoinedToolCall, input: Fields): boolean =>
  ('server' in input && 'tool' in input) || /^(?:mcp__|mcp\.)/.test(title ?? '')

const commandKeys = ['command', 'cmd', 'commandLine', 'shell_command', 'script']
/** With one of these, the command is not all that decides what happens. */
const alsoDecides = ['env', 'environment', 'stdin', 'shell', 'interpreter']

const commandSubject = (call: JoinedToolCall, input: Fields): PermissionSubject => {
  const given = commandKeys.flatMap((key) => (isGiven(input[key]) ? [input[key]] : []))
  const [first] = given
  const command = given.length === 1 ? commandText(first, input.args) : undefined
  const cwd = ['cwd', 'workdir', 'working_directory', 'directory', 'dir_path']
    .flatMap((key) => asTexts(input[key]))
    .at(0)
  const at = cwd ? { cwd } : {}
  // As the last resort the title: some agents show it there, and cut it.
  if (command === undefined) return { kind: 'run', command: call.title ?? '', ...at, isWhole: false }
  return {
    kind: 'run',
    command,
    ...at,
    isWhole: !isCut(command) && !alsoDecides.some((key) => isGiven(input[key])),
  }
}

const isGiven = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  (typeof value !== 'object' || Object.keys(value).length > 0)

/** The text that a shell is given. An argument list of a shell and its one script, as codex has it, is that script. */
const commandText = (given: unknown, args: unknown): string | undefined => {
  if (isGiven(args))
    return Array.isArray(args) && typeof given === 'string'
      ? commandText([given, ...args], undefined)
      : undefined
  if (typeof given === 'string') return given.trim() === '' ? undefined : given
  if (!Array.isArray(given) || given.length === 0) return undefined
  const words = given.flatMap((word) => (typeof word === 'string' ? [word] : []))
  if (words.length !== given.length) return undefined
  const [shell = '', option = '', script, more] = words
  const isScript = /^(?:sh|bash|zsh|dash)$/.test(basename(shell)) && /^-l?c$/.test(option)
  return isScript && script !== undefined && more === undefined ? script : words.map(shellWord).join(' ')
}

/** Whether it looks shortened: by an ellipsis, or by three dots that are no path such as `./...`. */
const isCut = (text: string): boolean => /…\s*$|\[truncated\]\s*$|(?:^|[^/.])\.\.\.\s*$/i.test(text)

const pathKeys = new Set([
  ...[
    'path',
    'paths',
    'file',
    'files',
    'file_path',
    'filePath',
    'filepath',
    'file_paths',
    'filePaths',
    'absolute_path',
  ],
  ...[
    'absolutePath',
    'notebook_path',
    'dir_path',
    'dirPath',
    'directory',
    'directories',
    'dir',
    'parentDir',
    'folder',
  ],
  ...[
    'source',
    'destination',
    'src',
    'dst',
    'dest',
    'from',
    'to',
    'old_path',
    'new_path',
    'oldPath',
    'newPath',
  ],
  ...['move_path', 'movePath', 'target', 'target_file', 'uri'],
])
/** Their objects hold more of such keys. */
const listKeys = new Set(['files', 'changes', 'edits', 'kind', 'operations'])
/** What stands in these is no path, whatever it looks like. */
const textKeys = new Set([
  ...[
    'content',
    'contents',
    'text',
    'old_string',
    'new_string',
    'oldString',
    'newString',
    'old_str',
    'new_str',
  ],
  ...[
    'file_text',
    'insert_text',
    'diff',
    'patch',
    'patchText',
    'input',
    'pattern',
    'query',
    'glob',
    'include',
  ],
  ...['description', 'explanation', 'instructions', 'prompt', 'title', 'command', 'file_filter'],
])
/** Verbs of an editor that stand where others have a command line. */
const editorVerbs = /^(?:view|create|str_replace|insert|undo_edit|delete|rename)$/
const patchKeys = ['patchText', 'patch', 'input', 'diff']

const pathsInInput = (input: Fields): string[] =>
  Object.entries(input).flatMap(([key, value]) => {
    const own = pathKeys.has(key)
      ? asTexts(value)
      : textKeys.has(key)
        ? []
        : asTexts(value).filter(looksLikePath)
    if (!listKeys.has(key) || typeof value !== 'object' || value === null) return own
    const items: unknown[] = Array.isArray(value) ? value : [value]
    // Some agents list changes by their path.
    const names = key === 'changes' && !Array.isArray(value) ? Object.keys(value) : []
    return [...own, ...names, ...items.flatMap((item) => pathsInInput(asRecord(item)))]
  })

const looksLikePath = (text: string): boolean => /^(?:[/~]|file:|(?:[^\n]*\/)?\.\.\/)[^\n]*$/.test(text)

const pathsInPatches = (input: Fields): string[] =>
  patchKeys.flatMap((key) =>
    asTexts(input[key]).flatMap((text) =>
      [...text.matchAll(/^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm)].flatMap(
        ([, path]) => path?.trim() ?? [],
      ),
    ),
  )

const pathsInList = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((item) => asTexts(asRecord(item).path)) : []

const allPaths = ({ locations, content }: JoinedToolCall, input: Fields): string[] => [
  ...new Set([
    ...pathsInInput(input),
    ...pathsInPatches(input),
    ...pathsInList(locations),
    ...pathsInList(Array.isArray(content) ? content.filter((item) => asRecord(item).type === 'diff') : []),
  ]),
]

const pathSubject = (kind: 'read' | 'edit', call: JoinedToolCall, input: Fields): PermissionSubject => {
  const paths = allPaths(call, input)
  const verbs = commandKeys.flatMap((key) => (isGiven(input[key]) ? [input[key]] : []))
  const isPlain = verbs.every((verb) => typeof verb === 'string' && editorVerbs.test(verb))
  return { kind, paths, isWhole: isPlain && paths.length > 0 && paths.every(isWholePath) }
}

const isWholePath = (path: string): boolean => path !== '' && !path.includes('\0') && !isCut(path)

/** Without a path it is the directory; and a pattern may lead elsewhere. */
const searchSubject = (call: JoinedToolCall, input: Fields): PermissionSubject => {
  const named = allPaths(call, input)
  const leading = ['pattern', 'glob', 'include', 'query', 'file_filter']
    .flatMap((key) => asTexts(input[key]))
    .filter((pattern) => /^(?:[/~]|file:)|(?:^|\/)\.\.(?:\/|$)/.test(pattern))
    .map((pattern) => pattern.replace(/[*?[{][\s\S]*$/, ''))
  const paths = [...(named.length > 0 ? named : ['.']), ...leading.filter((path) => path !== '')]
  const isKnown = Object.keys(input).length > 0 || named.length > 0
  return { kind: 'read', paths, isSearch: true, isWhole: isKnown && paths.every(isWholePath) }
}

const fetchSubject = (input: Fields): PermissionSubject => {
  const urls = ['url', 'uri', 'urls'].flatMap((key) => asTexts(input[key]))
  const hosts = [...new Set(urls.map(hostOf))]
  const [host] = hosts
  // A search goes to whomever the agent searches with.
  return hosts.length === 1 && host !== undefined
    ? { kind: 'fetch', host, isWhole: true }
    : { kind: 'fetch', isWhole: false }
}

const hostOf = (url: string): string | undefined =>
  URL.canParse(url) && new URL(url).hostname !== '' ? new URL(url).hostname : undefined

const titleOf = (
  { title }: JoinedToolCall,
  { kind, command, paths = [], host, isWhole }: PermissionSubject,
): string => {
  const shown = (kind === 'run' && isWhole && command) || title || paths.join(', ') || host || kind
  const line = shown.trim().replace(/\s+/g, ' ')
  const short = line.length > maxTitleChars ? `${line.slice(0, maxTitleChars - 1)}…` : line
  return isWhole ? short : `${short} (command unknown)`
}
