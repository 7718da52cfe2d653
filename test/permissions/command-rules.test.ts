// A command that somebody denied is run, or one that nobody allowed.
import { describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
import { nothingRemembered, remember } from '../../local-dev/permissions/remembered'
import { contextOf, modes, run } from './context'
import { listed } from './listed'

describe('a rule', () => {
  it('that allows holds for whole words, and for every command of a line', () => {
    const allow = ['run:npm test', 'run:git push origin', 'run:ls', 'run:cat']
    const choices = { mode: 'default', allow } as const
    for (const command of listed(`
      npm test ¦ npm  test -- -t x ¦ 'npm' te'st' ¦ git push origin main ¦ npm test && ls ¦ ls ../other
      ls *.ts ¦ cat /etc/hosts ¦ cd src && ls
    `))
      expect(run(command, choices), command).toBe('allow')
    for (const command of listed(`
      npm tests ¦ npm ¦ npm run test ¦ ./npm test ¦ /bin/ls ¦ LS ¦ git push ¦ npm test && rm x
      npm test | tee x ¦ rm x; npm test
    `))
      expect(run(command, choices), command).toBe('ask')
    for (const command of listed(`
      npm test $(x) ¦ npm test > x ¦ npm test 2>&1 ¦ sudo npm test ¦ env npm test ¦ A=1 npm test
      time npm test ¦ npm tes? ¦ ls ~/.s* ¦ ls ../*
    `))
      expect(run(command, choices), command).toBe('ask')
    for (const command of [
      'cat ~/.ssh/id_rsa',
      'cat .git/config',
      'cat ../.ssh/x',
      'cat /proc/1/environ',
      'ls ~',
      'cd /tmp && npm test',
      'cat .gi*/config',
    ])
      expect(run(command, choices), command).toBe('ask')
  })

  it('for a program of the directory means no other of that name', () => {
    expect(run('./x.sh', { mode: 'default', allow: ['run:./x.sh'] })).toBe('allow')
    expect(run('cd sub && ./x.sh', { mode: 'default', allow: ['run:./x.sh'] })).toBe('ask')
  })

  it.each([
    ...listed(`
      git push ¦ git  push --force ¦ /usr/bin/git push ¦ ./git push ¦ GIT push ¦ npm test && git push
      npm test; git push ¦ npm test | git push ¦ (git push) ¦ { git push; } ¦ cd x && git push
      git push & b ¦ A=1 git push ¦ git -C . push ¦ git --no-pager -c a.b=c push ¦ sudo git push
      env A=1 git push ¦ nohup nice git push ¦ xargs git push ¦ bash -c 'git push'
      bash -lc 'cd x && git push' ¦ eval 'git push' ¦ eval git push ¦ timeout 5 git push ¦ command git push
    `),
    'g\'i\'t p"us"h',
    'git \\\n push',
    'a\ngit push',
    'find . -exec git push \\;',
  ])('that denies finds %j in every mode, whatever is allowed', (command) => {
    for (const mode of modes)
      expect(
        run(command, { mode, deny: ['run:git push'], allow: ['run:git', 'run:npm'], ask: ['run:git'] }),
      ).toBe('deny')
  })

  it.each([
    ...listed(`
      git pus? ¦ git * ¦ git $(echo push) ¦ git "$X" ¦ x=push; git $x ¦ git push > x ¦ $(git push)
      g{i,}t push ¦ if true; then git push; fi ¦ f() { git push; }; f ¦ ! git push
    `),
    'a `git push`',
    'npm test # \ngit push',
    'a <<EOF\n$(git push)\nEOF',
  ])('that denies never lets %j pass', (command) => {
    for (const mode of modes)
      expect(run(command, { mode, deny: ['run:git push'], allow: ['run:git'] })).not.toBe('allow')
  })

  it('that denies leaves alone what only looks like it', () => {
    for (const command of [
      'git status',
      "git commit -m 'git push'",
      'git stash push',
      'echo git push',
      'npm run push',
      'grep "git push" a',
    ])
      expect(run(command, { deny: ['run:git push'] }), command).toBe('allow')
  })

  it('for edits asks about what may be a path, and lets programs read that only read', () => {
    const deny = ['edit:migrations/**']
    for (const command of ['npm run migrations', "git commit -m 'migrations/1 is new'"])
      for (const mode of modes) expect(run(command, { mode, deny }), command).toBe('ask')
    for (const command of [
      'rm migrations',
      'cmd migrations/1',
      'cmd --to=migrations/1',
      'sed -i s/a/b/ migrations/1',
    ])
      for (const mode of modes) expect(run(command, { mode, deny }), command).toBe('deny')
    for (const command of [
      'cat migrations/1',
      'ls migrations',
      "maestro report progress 'migrations/1 is done'",
    ])
      expect(run(command, { deny }), command).toBe('allow')
    expect(run('maestro report progress @.env', { deny: ['read:.env'] })).toBe('deny')
  })

  it('holds where there are so many words, or directories, that nobody would write them', () => {
    const words = `cat ${'a '.repeat(5000)}`
    const directories = Array.from({ length: 60 }, (_, index) => `cd d${index}`).join('; ')
    for (const line of [
      `${words} .env`,
      `${directories}; cat .env`,
      `git push ${words}`,
      `${directories}; git push`,
    ])
      for (const mode of modes)
        expect(run(line, { mode, deny: ['read:.env', 'run:git push'], allow: ['run:cat'] })).not.toBe('allow')
    expect(run(directories)).toBe('ask')
  })

  it('that asks beats one that allows, and the mode', () => {
    for (const mode of modes)
      expect(run('npm run deploy', { mode, ask: ['run:npm run deploy'], allow: ['run:npm'] })).toBe('ask')
    expect(run('npm run build', { mode: 'default', ask: ['run:npm run deploy'], allow: ['run:npm'] })).toBe(
      'allow',
    )
  })

  it('for paths and hosts holds for the words of a command', () => {
    const deny = ['read:.env', 'edit:secret/**', 'fetch:evil.example']
    for (const mode of modes)
      for (const command of listed(`
      cat .env ¦ cat sub/.ENV ¦ cat a/../.env ¦ cp .env x ¦ rm secret/a ¦ rm -rf secret
      cmd --file=secret/a ¦ cd secret && rm a ¦ curl https://evil.example/x
      curl https://a@www.evil.example:1/x
    `))
        expect(run(command, { mode, deny, allow: ['run:cat', 'run:curl', 'run:rm'] }), command).toBe('deny')
    for (const command of ['cat .en?', 'cat < .env', 'ls *'])
      for (const mode of modes)
        expect(run(command, { mode, deny, allow: ['run:cat', 'run:ls'] }), command).toBe('ask')
    expect(run('cat .env.example', { deny })).toBe('allow')
  })
})

describe('what a person has allowed for the session', () => {
  const context = contextOf({ mode: 'default', ask: ['run:npm publish'], deny: ['run:git push'] })
  const remembering = (command: string, cwd?: string) =>
    remember(nothingRemembered, { kind: 'run', command, isWhole: true, ...(cwd && { cwd }) }, context)
  const again = (command: string, remembered = remembering('npm test 2>&1'), more = {}) =>
    decide({ kind: 'run', command, isWhole: true, ...more }, { ...context, remembered }).decision

  it('is that very command, there, and nothing like it', () => {
    expect(again('npm test 2>&1')).toBe('allow')
    for (const command of ['npm test', 'npm test 2>&1 ', 'npm test  2>&1', 'npm test 2>&1; ls'])
      expect(again(command)).toBe('ask')
    expect(again('npm test 2>&1', undefined, { cwd: '/tmp' })).toBe('ask')
    expect(again('npm test 2>&1', undefined, { isWhole: false })).toBe('ask')
    expect(again('ls', remembering('ls', 'sub'))).toBe('ask')
    expect(again('ls', remembering('ls', 'sub'), { cwd: 'sub' })).toBe('allow')
  })

  it('never is what a rule denies, or has asked', () => {
    expect(again('git push', remembering('git push'))).toBe('deny')
    expect(again('npm publish', remembering('npm publish'))).toBe('ask')
  })

  it('is nothing where the command is not wholly known', () => {
    expect(remember(nothingRemembered, { kind: 'run', command: 'ls', isWhole: false }, context)).toEqual(
      nothingRemembered,
    )
  })
})

describe('a command that is not wholly known', () => {
  it('is asked, whatever it looks like, and denied where what is known is', () => {
    const unknown = (command: string, choices = {}) =>
      decide({ kind: 'run', command, isWhole: false }, contextOf(choices)).decision
    expect(unknown('maestro whoami')).toBe('ask')
    expect(unknown('ls', { allow: ['run:ls'] })).toBe('ask')
    expect(unknown('git push', { deny: ['run:git push'] })).toBe('deny')
    expect(unknown('', { mode: 'bypassPermissions' })).toBe('allow')
    expect(unknown('', { mode: 'bypassPermissions', deny: ['run:git push'] })).toBe('ask')
  })
})
