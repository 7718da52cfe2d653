// An agent waits for a person, who does not see it, cannot answer it, or answers something else than was meant.
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createClient, type InboxRequest, type Message, type Project } from '../../functions/client/client'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

let server: Awaited<ReturnType<typeof startInProcess>>
let client: ReturnType<typeof createClient>
let maestro: ReturnType<typeof maestroInProcess>
beforeAll(async () => {
  server = await startInProcess({})
  client = createClient({ url: server.url })
  maestro = maestroInProcess({ MAESTRO_SERVER_URL: server.url })
})
afterAll(() => server.stop())

let project: Project
beforeEach(async () => {
  project = await client.projects.create({ name: 'app', workingDir: '/home/ada/app' })
})

const sessionOf = async (name: string, metadata?: Record<string, unknown>) => {
  const { id: taskId } = await client.tasks.create({ projectId: project.id, title: `Do ${name}` })
  const fields = { projectId: project.id, taskIds: [taskId], status: 'working' as const, name }
  return { ...(await client.sessions.create({ ...fields, ...(metadata && { metadata }) })), taskId }
}
const ask = (sessionId: string, body: Partial<Parameters<typeof client.requests.create>[1]> = {}) =>
  client.requests.create(sessionId, { kind: 'question', title: 'Which date format?', ...body })
const approval = {
  kind: 'approval' as const,
  title: 'npm publish',
  detail: 'It wants to run\n$ npm publish --access public',
  options: [
    { id: 'opt-1', label: 'Allow once', effect: 'allow_once' as const },
    { id: 'opt-2', label: 'Deny', effect: 'reject_once' as const },
  ],
}
const inboxOfProject = () => ['inbox', '--project-id', project.id]

interface Listed {
  requests: InboxRequest[]
  waiting: Record<string, unknown>[]
}

describe('inbox', () => {
  it('shows what is asked, by whom, and how to answer it', async () => {
    const session = await sessionOf('Login page')
    const request = await ask(session.id, approval)
    const shown = await maestro.text(inboxOfProject())
    for (const part of [request.id, 'approval', 'Login page', session.id, 'npm publish', '    $ npm publish'])
      expect(shown).toContain(part)
    expect(shown).toContain(`maestro answer ${request.id} opt-1 (Allow once) | opt-2 (Deny)`)
    expect(await maestro.json(inboxOfProject())).toEqual({ requests: [request], waiting: [] })
  })

  it('shows beneath it who waits without a request, once each, and how to reach them', async () => {
    const asking = await sessionOf('asks')
    const request = await ask(asking.id)
    const hook = await sessionOf('of a hook')
    await client.sessions.update(hook.id, { needsInput: { active: true, message: 'May I?' } })
    const tmux = { socket: 'maestro', session: 'x' }
    const runner = { id: 'r', host: 'elsewhere', pid: 1, claimedAt: 1, tmux }
    const older = await sessionOf('in a terminal', { runner })
    await client.tasks.update(older.taskId, { sessionStatus: 'needs_input', updateSource: 'session' })
    await sessionOf('works')
    const listed = await maestro.json<Listed>(inboxOfProject())
    expect(listed).toEqual({
      requests: [request],
      waiting: [
        expect.objectContaining({
          sessionId: hook.id,
          message: 'May I?',
          reach: `maestro tell ${hook.id} 'TEXT'`,
        }),
        expect.objectContaining({
          sessionId: older.id,
          taskId: older.taskId,
          reach: `maestro session attach ${older.id} (on elsewhere)`,
        }),
      ],
    })
    const shown = await maestro.text(inboxOfProject())
    expect(shown.indexOf('Waiting without a request')).toBeGreaterThan(shown.indexOf(request.id))
    expect(shown).toContain('May I?')
    await client.tasks.update(older.taskId, { status: 'completed' })
    await client.sessions.stop(hook.id)
    expect((await maestro.json<Listed>(inboxOfProject())).waiting).toEqual([])
  })

  it('can be narrowed, and shows what was answered', async () => {
    const one = await sessionOf('one')
    const other = await sessionOf('other')
    const request = await ask(one.id)
    await ask(other.id, approval)
    const ids = async (...flags: string[]) =>
      (await maestro.json<Listed>(['inbox', ...flags])).requests.map(({ id }) => id)
    expect(await ids('--session-id', one.id)).toEqual([request.id])
    expect(await ids('--project-id', project.id, '--kind', 'question')).toEqual([request.id])
    await client.requests.answer(request.id, { text: 'ISO', by: 'Ada' })
    expect(await ids('--session-id', one.id)).toEqual([])
    expect(await maestro.text(['inbox', '--session-id', one.id])).toBe('Nobody waits for you\n')
    const answered = await maestro.text(['inbox', '--session-id', one.id, '--state', 'answered'])
    expect(answered).toMatch(/answered by Ada .*: "ISO"/)
    expect(await maestro.run(['inbox', '--kind', 'wish'])).toMatchObject({ code: 64 })
    expect(await maestro.run(['inbox', '--session-id', 'sess_none'])).toMatchObject({ code: 2 })
  })

  it('lets nothing that an agent asks control the terminal', async () => {
    const session = await sessionOf('evil\u001b[2J')
    await ask(session.id, { title: 'a\u001b]0;b\u0007\nc', detail: 'x\u001b[1A\ny' })
    expect(await maestro.text(inboxOfProject())).not.toMatch(/[^\P{Cc}\n]/u)
  })

  it('--watch shows each as it comes and goes, and what waits without a request', async () => {
    const first = await ask((await sessionOf('first')).id)
    const watch = maestro.start([...inboxOfProject(), '--watch'])
    onTestFinished(() => void watch.stop())
    await watch.printed(`maestro answer ${first.id}`)
    const session = await sessionOf('second')
    const second = await ask(session.id, approval)
    await watch.printed(`maestro answer ${second.id} opt-1`)
    await client.requests.answer(second.id, { optionId: 'opt-2', by: 'Ada' })
    await watch.printed(`${second.id}  answered by Ada`)
    await client.sessions.update(session.id, { needsInput: { active: true, message: 'And now?' } })
    await watch.printed('And now?')
    await client.sessions.update(session.id, { needsInput: { active: false } })
    await watch.printed(`${session.id} (second) waits no more`)
    await client.requests.withdraw(first.id)
    await watch.printed(`${first.id}  withdrawn`)
    expect(await watch.stop()).toMatchObject({ code: 0, stderr: '' })
    // What was asked and answered by a request is not said to wait without one.
    expect(watch.lines.filter((line) => line.includes('without a request'))).toHaveLength(1)
  })

  it('--watch, for programs, is one line of JSON for each change', async () => {
    const watch = maestro.start([...inboxOfProject(), '--watch', '--json'])
    onTestFinished(() => void watch.stop())
    await watch.printed('nobody waits')
    const session = await sessionOf('session')
    const request = await ask(session.id)
    await watch.printed(request.id)
    await client.requests.answer(request.id, { text: 'ISO' })
    await watch.printed('answered')
    const { stdout } = await watch.stop()
    const lines: unknown[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toEqual([
      { request },
      { request: expect.objectContaining({ id: request.id, answer: expect.anything() }) },
    ])
  })
})

describe('answer', () => {
  it.each([
    ['its id', ['opt-2'], 'opt-2'],
    ['its label', ['allow ONCE'], 'opt-1'],
    ['its effect', ['reject_once'], 'opt-2'],
  ])('chooses an option by %s', async (_, words, optionId) => {
    const request = await ask((await sessionOf('s')).id, approval)
    const answered = await maestro.json<InboxRequest>(['answer', request.id, ...words, '--by', 'Ada'])
    expect(answered).toMatchObject({ id: request.id, state: 'answered', answer: { optionId, by: 'Ada' } })
  })

  it('takes words, from the call, standard input or a flag', async () => {
    const { id: sessionId } = await sessionOf('s')
    const answers = [
      { words: ['As the old pages'], said: { text: 'As the old pages' } },
      { words: ['-'], input: 'Line 1\n- `2`\n', said: { text: 'Line 1\n- `2`' } },
      { words: ['@=@ada'], said: { text: '@ada' } },
      { words: ['--text', 'Yes'], said: { text: 'Yes' } },
    ]
    for (const { words, said, input } of answers) {
      const { id } = await ask(sessionId)
      const options = input === undefined ? {} : { input }
      expect(await maestro.json(['answer', id, ...words], options)).toMatchObject({ answer: said })
    }
    const { id } = await ask(sessionId, approval)
    const both = await maestro.text(['answer', id, 'opt-2', '--text', 'Not today'])
    expect(both).toBe(`Answered ${id} (npm publish): Deny, "Not today"\n`)
  })

  it('does not guess: what is no option is refused, and the options are told', async () => {
    const { id } = await ask((await sessionOf('s')).id, approval)
    for (const [word, problem] of [
      ['yes', '"yes" is none of its options'],
      ['opt', '"opt" may be several of its options'],
      ['', 'is none of its options'],
    ] as const) {
      const refused = await maestro.run(['answer', id, word])
      expect(refused).toMatchObject({ code: 64, stdout: '' })
      expect(refused.stderr).toContain(problem)
      expect(refused.stderr).toContain('opt-1 (Allow once), opt-2 (Deny)')
    }
    const bare = await maestro.run(['answer', id])
    expect(await maestro.run(['answer', id, '--text', ' '])).toEqual(bare)
    expect(bare).toMatchObject({ code: 64, stderr: expect.stringContaining('opt-2 (Deny)') })
    expect(await client.requests.get(id)).toMatchObject({ state: 'open' })
  })

  it('tells who comes second who has answered, and what', async () => {
    const { id } = await ask((await sessionOf('s')).id, approval)
    await client.requests.answer(id, { optionId: 'opt-2', text: 'No', by: 'Ada' })
    expect(await maestro.run(['answer', id, 'opt-1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'maestro answer: Ada has answered this already: Deny, "No"\n',
    })
    const withdrawn = await ask((await sessionOf('t')).id)
    await client.requests.withdraw(withdrawn.id)
    expect(await maestro.run(['answer', withdrawn.id, 'x'])).toMatchObject({ code: 1 })
    expect(await maestro.run(['answer', 'req_none', 'x'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'maestro answer: Request not found: req_none (maestro inbox --state all has all)\n',
    })
  })

  it('is not for an agent to give, whose token the command sends by itself', async () => {
    const session = await sessionOf('s')
    const { id } = await ask(session.id, approval)
    const { token } = await client.sessions.token(session.id)
    const env = { MAESTRO_API_TOKEN: token, MAESTRO_SESSION_ID: session.id }
    const refused = await maestro.run(['answer', id, 'opt-1'], { env })
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('a person does') })
  })
})

describe('tell', () => {
  it('sends a text as it is, of up to 64 KiB', async () => {
    const { id } = await sessionOf('s')
    const told = await maestro.json<Message>(['tell', id, '-', '--mode', 'steer'], { input: '# A\n\n`b`\n' })
    expect(told).toMatchObject({ sessionId: id, from: 'user', mode: 'steer', text: '# A\n\n`b`' })
    expect(await maestro.text(['tell', id, 'x'])).toMatch(/^Told sess_\w+ \(msg_\w+\): queued\n$/)
    const longest = 'ü'.repeat(32 * 1024)
    expect(await maestro.json(['tell', id, '-'], { input: longest })).toMatchObject({ text: longest })
    for (const [input, problem] of [
      [`${longest}x`, 'TEXT must be at most 65536 bytes of UTF-8'],
      [' \n', 'TEXT is required'],
    ] as const)
      expect(await maestro.run(['tell', id, '-'], { input })).toMatchObject({
        code: 64,
        stderr: expect.stringContaining(problem),
      })
    expect(await client.messages.list(id)).toHaveLength(3)
  })

  it('with a key tells it once', async () => {
    const { id } = await sessionOf('s')
    const first = await maestro.json(['tell', id, 'x', '--key', 'a'])
    expect(await maestro.json(['tell', id, 'x', '--key', 'a'])).toEqual(first)
  })

  it('in a session is from that session, with its token and without one', async () => {
    const [from, to] = [await sessionOf('from'), await sessionOf('to')]
    const { token } = await client.sessions.token(from.id)
    for (const env of [{}, { MAESTRO_API_TOKEN: token }])
      expect(
        await maestro.json(['tell', to.id, 'x'], { env: { MAESTRO_SESSION_ID: from.id, ...env } }),
      ).toMatchObject({ from: from.id })
    const env = { MAESTRO_SESSION_ID: 'no header: ü\n' }
    expect(await maestro.json(['tell', to.id, 'x'], { env })).toMatchObject({ from: 'user' })
  })

  it('of a session that has ended, or is not there, says so', async () => {
    const { id } = await sessionOf('s')
    await client.sessions.stop(id)
    expect(await maestro.run(['tell', id, 'x'])).toMatchObject({ code: 1, stdout: '' })
    expect(await maestro.run(['tell', 'sess_none', 'x'])).toMatchObject({ code: 2 })
  })
})
