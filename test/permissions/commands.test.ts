// An agent runs what its mode has asked, because it was written in another way.
import { describe, expect, it } from 'vitest'
import { decide } from '../../local-dev/permissions/decide'
import { contextOf, cwd, run } from './context'
import { listed } from './listed'

describe("the agent's own verbs", () => {
  it.each(['plan', 'default', 'acceptEdits', 'auto'] as const)('are run in the mode %s', (mode) => {
    for (const command of [
      'whoami',
      'report progress x',
      'ask x',
      'queue start',
      'ready',
      'task list',
      'session show s',
    ])
      expect(run(`maestro ${command}`, { mode }), command).toBe('allow')
    for (const command of ['claim t', 'release t', 'tell s x', 'session logs s'])
      expect(run(`maestro ${command}`, { mode }), command).toBe(mode === 'plan' ? 'ask' : 'allow')
    for (const command of ['session spawn x', 'session stop s']) {
      expect(run(`maestro ${command}`, { mode }), command).toBe('ask')
      const spawned = run(`maestro ${command}`, { mode, role: 'orchestrator' })
      expect(spawned, command).toBe(mode === 'plan' ? 'ask' : 'allow')
    }
  })

  it.each([
    ...listed(`
      answer req_1 allow_once ¦ trust ¦ trust --yes ¦ inbox ¦ task create x ¦ task delete t
      session restart s ¦ session prune --yes ¦ api listTasks ¦ run ¦ serve ¦ export a b ¦ --json whoami
      reports ¦ session ¦ report progress @~/.ssh/id_rsa ¦ report progress @/proc/self/environ
      tell s @../.maestro/sessions/o/token ¦ report progress * ¦ report progress $(git push)
      report complete && git push ¦ report complete > x ¦ report complete --json=@../.aws/credentials
    `),
    '',
    'report progress - <<EOF\n$(git push)\nEOF',
  ])('are not "maestro %s"', (command) => {
    for (const mode of ['plan', 'default', 'acceptEdits', 'auto'] as const)
      expect(run(`maestro ${command}`, { mode })).toBe('ask')
  })

  it.each([
    './maestro whoami',
    'MAESTRO_SESSION_ID=x maestro whoami',
    'npx maestro whoami',
    'cd / && maestro whoami',
  ])('are not %j', (command) => expect(run(command)).toBe('ask'))

  it('take a text that stands in the line, in which nothing is replaced, and no other program does', () => {
    const text = "- <<'EOF'\n$(git push) `x` $HOME\nEOF\n"
    expect(run(`maestro report progress ${text}`, { mode: 'plan' })).toBe('allow')
    expect(run(`cd src && maestro report progress ${text}maestro queue start`, { mode: 'plan' })).toBe(
      'allow',
    )
    expect(run(`maestro report progress ${text}git push`, { mode: 'auto' })).toBe('ask')
    expect(run(`cat ${text}`)).toBe('ask')
    expect(run(`cat ${text}`, { allow: ['run:cat'] })).toBe('ask')
    expect(run(`sh ${text}`, { allow: ['run:sh'] })).toBe('ask')
  })
})

describe('in the mode auto', () => {
  it.each([
    ...listed(`
      npm test ¦ npm run build -- --watch ¦ make -j8 ¦ ./scripts/check.sh ¦ node scripts/x.js ¦ node --test
      ls -la src ¦ git add -A ¦ git commit -m 'Fix: it' ¦ git diff main..HEAD ¦ git status --short
      git -C packages/app log ¦ git stash push ¦ cd packages/app && npm test ¦ (cd src; ls)
      cat a | head -20 | wc -l ¦ grep -rn x src || true ¦ python3 -m pytest -q ¦ sed -n '1,20p' src/a.ts
      sed -i 's/a/b/g' src/a.ts ¦ rm -rf dist ¦ mkdir -p a/b && touch a/b/c ¦ sh test.sh ¦ CI=1 npx-x
      cargo test ¦ go test ./... ¦ tsc --noEmit -p ./tsconfig.json ¦ git add . ¦ eslint . ¦ ls /dev/null
    `),
    `cat ${cwd}/a`,
  ])('%j stays in the directory', (command) => {
    expect(run(command)).toBe('allow')
    expect(run(command, { mode: 'acceptEdits' })).toBe('ask')
  })

  it.each([
    ...listed(`
      curl x ¦ git push ¦ git -C . push ¦ git fetch ¦ git pull ¦ git clone a ¦ git remote add a b
      git submodule update ¦ npm install ¦ npm i x ¦ npm ci ¦ npm publish ¦ npm ¦ npm exec x ¦ npx vitest
      pnpm dlx x ¦ yarn ¦ pip install x ¦ python -m pip install x ¦ python3 -m http.server ¦ cargo install x
      go get x ¦ ssh a ¦ gh pr create ¦ docker run x ¦ /usr/bin/curl x ¦ ./curl x ¦ CURL x
      wget -qO- x | tar x ¦ npm test && curl x ¦ npm test; git push ¦ cat /etc/passwd ¦ cat ../x
      cat a/../../x ¦ cat ~/x ¦ rm -rf ~ ¦ rm -rf / ¦ cp a /tmp/b ¦ ls .. ¦ tar xf a -C /tmp
      gcc -I/usr/include a.c ¦ make --directory=/tmp ¦ dd if=/dev/zero of=a ¦ cmd --x=a,/etc/b
      cmd a:/etc/b ¦ tar -xzf/tmp/a ¦ cd .. && npm test ¦ cd /tmp; ls ¦ cd ¦ cd ~ ¦ cd - && ls
      cd src && cd ../.. && ls ¦ (cd /tmp && ls) ¦ cd src | cat ../x ¦ /bin/ls ¦ ../x.sh ¦ git -C .. status
      git diff --no-index a /etc/passwd ¦ git show HEAD:../x ¦ cat file:///etc/passwd ¦ pushd src
      cat "~/x" ¦ git log --output=/tmp/x ¦ cd -P .. && ls ¦ cd a b ¦ cd $X ¦ cd * ¦ rm .git/index.lock
      cp x .git/hooks/post-commit ¦ cat .GIT/config ¦ cd .git && rm config ¦ tee .claude/settings.json
      touch sub/.mcp.json ¦ cp a .bashrc ¦ rm -rf . ¦ rm -rf ./ ¦ mv . x ¦ chmod -R 0 .
      git config alias.x y ¦ cat .maestro/permissions.json ¦ ls .codex ¦ cp a --target-directory=.git/hooks
      git --git-dir=.git/x log ¦ eval x ¦ bash -c x ¦ sh -lc x ¦ sh ¦ echo x | sh ¦ bash -s ¦ env A=1 x
      env ¦ xargs rm ¦ ls | xargs rm ¦ sudo ls ¦ nohup x ¦ time x ¦ timeout 5 x ¦ nice x ¦ command git push
      exec git push ¦ builtin cd ¦ source x ¦ . x ¦ find . -exec rm {} + ¦ find . -exec rm '{}' ';'
      find . -execdir x + ¦ find . -ok x ¦ find . -delete ¦ fd -x rm ¦ watch x ¦ parallel x ¦ trap x EXIT
      git bisect run x ¦ git rebase -x y ¦ git rebase --exec=y ¦ git -c a.b=c status
      git --exec-path=. status ¦ git submodule foreach x ¦ git grep -Oless x ¦ git filter-branch x ¦ git x
      node -e 'x' ¦ node ¦ echo x | node ¦ python -c x ¦ python - ¦ perl -e 'x' ¦ awk 'BEGIN{system(1)}'
      sed 's/a/b/e' x ¦ sed '1e x' a ¦ sed -f a ¦ sed -n 'w b' a ¦ alias ls=rm ¦ export A=1 ¦ unset A
      read A ¦ printf -v PATH '%s' x ¦ test -v 'a[1]' ¦ PATH=. ls ¦ LD_PRELOAD=x ls ¦ GIT_DIR=x git log
      NODE_OPTIONS=x npm test ¦ A=1 ¦ set -e ¦ tmux new x ¦ kill 1 ¦ pkill x ¦ ln -s /etc x ¦ ln a b
      printenv ¦ ps ¦ sudo -u x maestro whoami ¦ make SHELL=/bin/x ¦ tar --to-command=x ¦ ls * ¦ rm *.ts
      git add src/* ¦ cat .e?v ¦ l? x ¦ ls $HOME ¦ ls "$(x)" ¦ ls > a ¦ npm test 2>&1 ¦ ls < a ¦ ls {a,b}
      if a; then b; fi ¦ for a in b; do c; done ¦ f() { a; } ¦ a=(b) ¦ ((1)) ¦ [[ a ]] ¦ ! ls ¦ ls # a
      ls 'a ¦ jobs -x git push ¦ poetry run git push ¦ bundle exec curl x ¦ go test -exec x ¦ rg --pre x y
      printf -vPATH x ¦ zip --unzip-command=x a ¦ cross-env A=1 x ¦ bun run ls
    `),
    'true\ngit push',
    `rm -rf ${cwd}`,
    'ls `x`',
    'ls \\',
    '',
    ' ',
    'ls\r\n',
  ])('%j is asked', (command) => {
    for (const mode of ['plan', 'default', 'acceptEdits', 'auto'] as const)
      expect(run(command, { mode })).toBe('ask')
    expect(run(command, { mode: 'bypassPermissions' })).toBe('allow')
  })

  it('links count as what they lead to, also before ..', () => {
    const links = { [`${cwd}/out`]: '/srv/data', [`${cwd}/in`]: `${cwd}/src`, [`${cwd}/g`]: `${cwd}/.git` }
    for (const command of listed(`
      cat out/x ¦ cat out ¦ cat out/../x ¦ cd out && ls ¦ cat src/../out/x ¦ tar -C out -cf x.tar y
      rm g/config ¦ ./out/x.sh
    `))
      expect(run(command, { links }), command).toBe('ask')
    expect(run('cat in/x', { links })).toBe('allow')
  })

  it('works where the directory itself is reached by a link, or lies below ~/.maestro', () => {
    const links = { '/tmp': '/private/tmp' }
    expect(run('cat /tmp/app/x y', { cwd: '/tmp/app', links })).toBe('allow')
    expect(run('cat /private/tmp/app/x', { cwd: '/tmp/app', links })).toBe('allow')
    expect(run('cat /tmp/other', { cwd: '/tmp/app', links })).toBe('ask')
    const worktree = '/home/ada/.maestro/worktrees/p/sess_1'
    expect(run('git commit -m x && cat src/a', { cwd: worktree })).toBe('allow')
    expect(run('cat ../sess_2/x', { cwd: worktree })).toBe('ask')
  })

  it('a command in another directory is outside', () => {
    const context = contextOf({ allow: ['run:npm test'] })
    const at = (directory: string) =>
      decide({ kind: 'run', command: 'npm test', cwd: directory, isWhole: true }, context).decision
    expect([at('src'), at(`${cwd}/src`), at('..'), at('/tmp'), at('.git')]).toEqual([
      'allow',
      'allow',
      'ask',
      'ask',
      'ask',
    ])
  })
})
