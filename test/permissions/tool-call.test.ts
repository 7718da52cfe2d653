// What an agent wants is taken for something else, because it says it in its own way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { subjectOf } from '../../local-dev/permissions/tool-call'

const of = (call: Record<string, unknown>) => {
  const { title: _, ...subject } = subjectOf({
    rawInput: undefined,
    locations: undefined,
    content: undefined,
    ...call,
  })
  return subject
}

describe('a command', () => {
  it.each([
    [
      'claude',
      { kind: 'execute', title: 'npm test', rawInput: { command: 'npm test', description: 'Run it' } },
      { command: 'npm test' },
    ],
    [
      'claude, in the background',
      { kind: 'execute', rawInput: { command: 'npm start', run_in_background: true, timeout: 5 } },
      { command: 'npm start' },
    ],
    [
      'codex',
      { kind: 'execute', rawInput: { command: 'ls -la', cwd: '/srv/x' } },
      { command: 'ls -la', cwd: '/srv/x' },
    ],
    [
      'codex, as a list',
      { kind: 'execute', rawInput: { command: ['bash', '-lc', 'git push && ls'] } },
      { command: 'git push && ls' },
    ],
    ['codex, zsh', { kind: 'execute', rawInput: { command: ['/bin/zsh', '-c', 'ls'] } }, { command: 'ls' }],
    [
      'a list that is no script',
      { kind: 'execute', rawInput: { command: ['git', 'commit', '-m', "it's $x"] } },
      { command: "git commit -m 'it'\\''s $x'" },
    ],
    [
      'a script with arguments',
      { kind: 'execute', rawInput: { command: ['bash', '-lc', 'ls', 'x'] } },
      { command: 'bash -lc ls x' },
    ],
    [
      'other options of a shell',
      { kind: 'execute', rawInput: { command: ['bash', '-x', '-c', 'ls'] } },
      { command: 'bash -x -c ls' },
    ],
    [
      'command and arguments',
      { kind: 'execute', rawInput: { command: 'git', args: ['push', '-f'] } },
      { command: 'git push -f' },
    ],
    [
      'opencode',
      { kind: 'execute', title: 'bash', rawInput: { command: 'ls', workdir: '/srv' } },
      { command: 'ls', cwd: '/srv' },
    ],
    [
      'qwen',
      { kind: 'execute', rawInput: { command: 'ls ./...', is_background: false, directory: 'sub' } },
      { command: 'ls ./...', cwd: 'sub' },
    ],
  ])('of %s', (_, call, expected) => {
    expect(of(call)).toEqual({ kind: 'run', isWhole: true, ...expected })
  })

  it.each([
    ['no raw input, as gemini has it', { kind: 'execute', title: 'git push' }],
    ['an empty one, as opencode has it', { kind: 'execute', title: 'bash', rawInput: {} }],
    ['null', { kind: 'execute', rawInput: null }],
    ['a blank command', { kind: 'execute', rawInput: { command: ' ' } }],
    ['an ellipsis', { kind: 'execute', rawInput: { command: 'git commit -m "a long te…' } }],
    ['three dots', { kind: 'execute', rawInput: { command: 'git commit -m a and som...' } }],
    ['two commands', { kind: 'execute', rawInput: { command: 'ls', cmd: 'git push' } }],
    ['variables', { kind: 'execute', rawInput: { command: 'ls', env: { PATH: '.' } } }],
    ['an input', { kind: 'execute', rawInput: { command: 'cat', stdin: 'x' } }],
    ['another shell', { kind: 'execute', rawInput: { command: 'ls', shell: 'fish' } }],
    ['a list with a number', { kind: 'execute', rawInput: { command: ['ls', 1] } }],
    ['arguments that are no list', { kind: 'execute', rawInput: { command: 'ls', args: 'x' } }],
    ['characters for a shell that runs', { kind: 'execute', rawInput: { chars: 'git push\n' } }],
  ])('is not whole with %s', (_, call) => {
    const subject = subjectOf({ rawInput: undefined, locations: undefined, content: undefined, ...call })
    expect(subject).toMatchObject({ kind: 'run', isWhole: false })
    expect(subject.title).toMatch(/\(command unknown\)$/)
  })
})

describe('a path', () => {
  it.each([
    [
      'claude reads',
      { kind: 'read', rawInput: { file_path: '/a/b', offset: 3 }, locations: [{ path: '/a/b', line: 3 }] },
      { kind: 'read', paths: ['/a/b'] },
    ],
    [
      'claude writes',
      {
        kind: 'edit',
        rawInput: { file_path: '/a/b', content: '/etc/passwd' },
        content: [{ type: 'diff', path: '/a/b', oldText: null, newText: '' }],
      },
      { kind: 'edit', paths: ['/a/b'] },
    ],
    [
      'claude edits a notebook',
      { kind: 'edit', rawInput: { notebook_path: 'n.ipynb', new_source: 'x' } },
      { kind: 'edit', paths: ['n.ipynb'] },
    ],
    [
      'codex patches',
      {
        kind: 'edit',
        locations: [{ path: 'a' }],
        rawInput: { changes: [{ path: 'a', kind: { type: 'update', move_path: '../b' }, diff: '' }] },
      },
      { kind: 'edit', paths: ['a', '../b'] },
    ],
    [
      'codex patches by name',
      { kind: 'edit', rawInput: { changes: { '/x/a': { type: 'add' } } } },
      { kind: 'edit', paths: ['/x/a'] },
    ],
    [
      'opencode patches',
      {
        kind: 'edit',
        rawInput: { patchText: '*** Begin Patch\n*** Update File: a\n*** Move to: .git/b\n*** End Patch' },
      },
      { kind: 'edit', paths: ['a', '.git/b'] },
    ],
    [
      'opencode edits',
      { kind: 'edit', rawInput: { filepath: 'a', diff: '', files: [{ filePath: 'a', movePath: 'c' }] } },
      { kind: 'edit', paths: ['a', 'c'] },
    ],
    [
      'gemini edits',
      {
        kind: 'edit',
        title: 'a => b',
        content: [{ type: 'diff', path: '/x/a', oldText: 'a', newText: 'b' }],
        locations: [],
      },
      { kind: 'edit', paths: ['/x/a'] },
    ],
    [
      'qwen moves',
      { kind: 'move', rawInput: { source: 'a', destination: '/b' } },
      { kind: 'edit', paths: ['a', '/b'] },
    ],
    ['somebody deletes', { kind: 'delete', rawInput: { path: 'a' } }, { kind: 'edit', paths: ['a'] }],
    [
      'a key that nobody knows',
      { kind: 'edit', rawInput: { path: 'a', backup: '../../x', note: 'see a/b' } },
      { kind: 'edit', paths: ['a', '../../x'] },
    ],
    [
      'an editor with verbs',
      { kind: 'edit', rawInput: { command: 'str_replace', path: 'a', old_str: '/x', new_str: '/y' } },
      { kind: 'edit', paths: ['a'] },
    ],
    [
      'a search',
      { kind: 'search', rawInput: { pattern: 'foo', path: 'src' } },
      { kind: 'read', isSearch: true, paths: ['src'] },
    ],
    [
      'a search of all',
      { kind: 'search', rawInput: { pattern: 'foo' } },
      { kind: 'read', isSearch: true, paths: ['.'] },
    ],
    [
      'a search elsewhere',
      { kind: 'search', rawInput: { pattern: '~/.ssh/*' } },
      { kind: 'read', isSearch: true, paths: ['.', '~/.ssh/'] },
    ],
    [
      'a search above',
      { kind: 'search', rawInput: { path: 'a', glob: '../../**' } },
      { kind: 'read', isSearch: true, paths: ['a', '../../'] },
    ],
  ])('%s', (_, call, expected) => {
    expect(of(call)).toEqual({ isWhole: true, ...expected })
  })

  it.each([
    ['none', { kind: 'edit', title: 'Edit src/a.ts', rawInput: {} }],
    ['one that is cut', { kind: 'edit', rawInput: { file_path: 'src/a/very/lo…' } }],
    ['an empty one', { kind: 'read', rawInput: { path: '' } }],
    ['a command beside it', { kind: 'read', rawInput: { path: 'a', command: 'rm -rf x' } }],
    ['no input of a search', { kind: 'search', title: 'Search' }],
    ['what codex says of a listing', { kind: 'read', title: "List files in 'x'" }],
  ])('is not whole with %s', (_, call) => {
    expect(of(call)).toMatchObject({ isWhole: false })
  })
})

describe('anything else', () => {
  it('is a fetch of one host, or of none that is known', () => {
    expect(of({ kind: 'fetch', rawInput: { url: 'https://a@Example.com:8080/x', prompt: 'y' } })).toEqual({
      kind: 'fetch',
      host: 'example.com',
      isWhole: true,
    })
    for (const rawInput of [
      { query: 'x' },
      undefined,
      { url: 'x' },
      { url: 'file:///etc/passwd' },
      { url: 'http://a', uri: 'http://b' },
    ])
      expect(of({ kind: 'fetch', rawInput })).toEqual({ kind: 'fetch', isWhole: false })
  })

  it('is other: tools of other servers, whatever kind they are said to be', () => {
    for (const call of [
      {
        kind: 'execute',
        title: 'mcp.github.push',
        rawInput: { server: 'github', tool: 'push', arguments: {} },
      },
      { kind: 'other', title: 'mcp__x__y', rawInput: { command: 'ls' } },
      { kind: 'execute', title: 'mcp__x__y', rawInput: { command: 'maestro whoami' } },
      { kind: 'think', title: 'Task' },
      { kind: 'switch_mode', title: 'Ready to code?' },
      { title: 'x', rawInput: { command: 'ls' } },
      {},
    ])
      expect(of(call)).toEqual({ kind: 'other', isWhole: true })
  })

  it('never breaks it', () => {
    const kind = fc.constantFrom('read', 'edit', 'execute', 'search', 'fetch', 'move', 'x', undefined)
    fc.assert(
      fc.property(
        kind,
        fc.jsonValue(),
        fc.jsonValue(),
        fc.jsonValue(),
        (kind, rawInput, locations, content) => {
          expect(subjectOf({ kind, rawInput, locations, content }).title).toBeTypeOf('string')
        },
      ),
    )
  })
})
