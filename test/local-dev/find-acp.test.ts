// An agent is installed, and is not found; or its shim is started by another Node, or an old version in place of the tried one.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findAcp, installFolder, locateAcp } from '../../local-dev/agents/find-acp'
import { commandOf, packageOf } from '../../local-dev/agents/package-of'
import type { Preset } from '../../local-dev/agents/presets'

const preset: Preset = {
  name: 'robin',
  acp: {
    program: 'robin-acp',
    args: ['--acp', '--quiet'],
    npm: { package: '@birds/robin', version: '1.2.3' },
    sessionMode: () => undefined,
    asks: true,
    steering: false,
    cannotKeep: [],
  },
}

const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'maestro-acp-')))
afterAll(() => rmSync(temporary, { recursive: true }))

const write = (path: string, text: string, mode = 0o755) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const writePackage = (folder: string, version: string, name = '@birds/robin') => {
  write(join(folder, 'package.json'), JSON.stringify({ name, version, bin: { 'robin-acp': 'dist/main.js' } }))
  return write(join(folder, 'dist/main.js'), '#!/usr/bin/env node\n')
}

describe('an agent over ACP', () => {
  let home: string
  let bin: string
  beforeEach(() => {
    home = mkdtempSync(join(temporary, 'home-'))
    bin = mkdtempSync(join(temporary, 'bin-'))
  })
  const search = () => findAcp(preset, { home, searchPath: [bin, '/nowhere'].join(delimiter) })
  const installed = (version: string, folderVersion = version) =>
    writePackage(join(installFolder(home, 'robin', folderVersion), 'node_modules/@birds/robin'), version)

  it('that is nowhere is not found, nor one that is driven in a terminal only', async () => {
    expect(await search()).toBeUndefined()
    expect(await findAcp({ name: 'wren' }, { home, searchPath: bin })).toBeUndefined()
  })

  it('that was installed in the tried version beats what is on PATH, and runs with this Node', async () => {
    const script = installed('1.2.3')
    write(join(bin, 'robin-acp'), '#!/bin/sh\n')
    expect(await search()).toEqual([process.execPath, script, '--acp', '--quiet'])
    expect(await locateAcp(preset, { home, searchPath: bin })).toMatchObject({
      version: '1.2.3',
      isOurs: true,
    })
  })

  it('in another version, or without its program, is left where it is', async () => {
    installed('1.2.2')
    installed('1.3.0', '1.2.3')
    expect(await search()).toBeUndefined()
    const script = installed('1.2.3')
    rmSync(script)
    expect(await search()).toBeUndefined()
    const own = write(join(bin, 'robin-acp'), 'ELF')
    expect(await search()).toEqual([own, '--acp', '--quiet'])
  })

  it('on PATH tells its version by its package, and a wrapper tells none', async () => {
    const script = writePackage(join(temporary, 'global/node_modules/@birds/robin'), '1.1.0')
    symlinkSync(script, join(bin, 'robin-acp'))
    const find = () => locateAcp(preset, { home, searchPath: bin })
    expect(await find()).toMatchObject({ version: '1.1.0', isOurs: false, path: join(bin, 'robin-acp') })
    rmSync(join(bin, 'robin-acp'))
    writePackage(bin, '9.9.9', 'something-else')
    write(join(bin, 'robin-acp'), '#!/bin/sh\nexec robin --acp\n')
    expect((await find())?.version).toBeUndefined()
  })
})

describe('a shim', () => {
  let script: string
  beforeAll(() => {
    script = write(join(temporary, 'lib/tool/cli.mjs'), 'console.log(1)\n')
  })

  it.each([
    [
      'npm, for a shell',
      '#!/bin/sh\nbasedir=$(dirname "$0")\nif [ -x "$basedir/node" ]; then\n  exec "$basedir/node"  "$basedir/../lib/tool/cli.mjs" "$@"\nelse\n  exec node  "$basedir/../lib/tool/cli.mjs" "$@"\nfi\n',
    ],
    [
      'pnpm',
      '#!/bin/sh\nexport NODE_PATH="$basedir/../lib/node_modules:$NODE_PATH"\nexec node "$basedir/../lib/tool/cli.mjs" "$@"\n',
    ],
    [
      'npm, for cmd',
      '@ECHO off\r\nGOTO start\r\n:start\r\nSETLOCAL\r\n"%_prog%"  "%dp0%\\..\\lib\\tool\\cli.mjs" %*\r\n',
    ],
    ['yarn, for cmd', '@SETLOCAL\r\n@node  "%~dp0\\..\\lib\\tool\\cli.mjs" %*\r\n'],
    [
      'npm, for PowerShell',
      '#!/usr/bin/env pwsh\n$basedir=Split-Path $MyInvocation.MyCommand.Definition -Parent\n  & "node$exe"  "$basedir/../lib/tool/cli.mjs" $args\n',
    ],
  ])('of %s stands for its script', async (_, text) => {
    const shim = write(join(temporary, 'shims/tool'), text)
    expect(await commandOf(shim)).toEqual([process.execPath, script])
  })

  it.each([
    ['a link to a script', '#!/usr/bin/env node\n'],
    ['a script with options for Node', '#!/usr/bin/env -S node --no-warnings\n'],
    ['a script with a path of Node', '#!/usr/local/bin/node\n'],
  ])('that is %s is run with this Node', async (_, text) => {
    const target = write(join(temporary, 'with blank/tool'), text)
    const link = join(temporary, 'link')
    rmSync(link, { force: true })
    symlinkSync(target, link)
    expect(await commandOf(link)).toEqual([process.execPath, target])
  })

  it.each([
    ['a program', '\u007fELF\u0002'],
    ["somebody's own script", '#!/bin/sh\nexec "$HOME/bin/tool" "$@"\n'],
    ['a script of something like Node', '#!/usr/bin/env nodemon\n'],
    ['an empty file', ''],
  ])('that is %s is started as it is', async (_, text) => {
    const path = write(join(temporary, 'plain'), text)
    expect(await commandOf(path)).toEqual([path])
  })

  it('that cannot be read is started as it is, and belongs to no package', async () => {
    expect(await commandOf('/nowhere/tool')).toEqual(['/nowhere/tool'])
    expect(await packageOf('/nowhere/tool')).toBeUndefined()
  })
})
