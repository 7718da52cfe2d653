// A person works in the page, and does not get done what they came for.
import { afterAll, describe, expect, it } from 'vitest'
import { browserPath, closeBrowser, where } from './browser'
import { look, rest } from './page'
import { startWorld } from './world'

describe.skipIf(!browserPath)(`a person in the console (${where})`, async () => {
  if (!browserPath) return
  const world = await startWorld()
  const { client, url } = world
  afterAll(async () => {
    await closeBrowser()
    await world.stop()
  })

  it('goes from an empty workspace to a finished task', async () => {
    const { page, problems } = await look(url)
    await page.getByText('Nobody waits for you').waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('Name').fill('app')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText('No tasks yet').waitFor()

    await page.getByRole('button', { name: '+ New task' }).click()
    await page.getByLabel('Title', { exact: true }).fill('Login page')
    await page.getByLabel('Description').fill('With e-mail and password')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('complementary').getByText('With e-mail and password').waitFor()

    await page.getByRole('button', { name: '▶ Spawn…' }).click()
    await page.getByText('No runner is there').waitFor()
    await page.getByRole('textbox', { name: 'Agent' }).fill('codex')
    await page.getByLabel('May do unasked').selectOption('acceptEdits')
    await page.getByLabel('In a git worktree of its own').check()
    await page.getByRole('button', { name: 'Spawn', exact: true }).click()
    await page.getByRole('complementary').getByText('Starting').waitFor()
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page.getByRole('alert').getByText('It has no worktree on the machine of this server').waitFor()

    const [session] = await client.sessions.list()
    const sessionId = session?.id ?? ''
    expect(session).toMatchObject({
      agent: 'codex',
      permissionMode: 'acceptEdits',
      worktree: true,
      status: 'spawning',
    })
    await client.sessions.update(sessionId, { status: 'working' })
    await client.sessions.addTimeline(sessionId, { message: 'All tests pass. I publish it now.' })
    const asked = await world.ask(sessionId, 'wants to run a command')
    await page.getByRole('link', { name: /Inbox/ }).click()
    const card = page.locator(`[data-request="${asked.id}"]`).first()
    await card.getByText('npm publish --access public').waitFor()
    await card.getByText('All tests pass. I publish it now.').waitFor()
    expect(await page.title()).toBe('(1) Maestro')
    await rest(page)
    await card.getByRole('button', { name: 'Allow once' }).click()
    await page.getByText(/Settled since you came \(1\): user answered: Allow once/).waitFor()
    expect(await client.requests.get(asked.id)).toMatchObject({
      state: 'answered',
      answer: { optionId: 'once' },
    })
    expect(await page.title()).toBe('Maestro')

    await client.sessions.end(sessionId, { cause: 'reported' })
    await page.getByRole('link', { name: /Agents/ }).click()
    await page.getByText('No agent is at work').waitFor()
    await page.getByRole('button', { name: /Ended/ }).click()
    await page.getByRole('main').getByText('Login page').first().waitFor()
    expect(problems).toEqual([])
  })

  it('answers and moves by keyboard alone, and no key answers by chance', async () => {
    const project = await world.makeProject('keys')
    const one = await world.makeAgent(project.id, 'First')
    const first = await world.ask(one.sessionId, 'first')
    const second = await world.ask(one.sessionId, 'second')
    const { page } = await look(`${url}/#/inbox`)
    await page.getByRole('article').nth(1).waitFor()
    await page.keyboard.press('j')
    // The key of a view, after g, is no answer.
    await rest(page)
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.waitForURL(/#\/agents/)
    expect((await client.requests.get(first.id)).state).toBe('open')

    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.getByRole('article').first().waitFor()
    await page.keyboard.press('j')
    // It has only just got the focus.
    await page.keyboard.press('d')
    await page.getByText('The card moved or appeared a moment ago').waitFor()
    expect((await client.requests.get(first.id)).state).toBe('open')
    await rest(page)
    await page.keyboard.press('d')
    await expect.poll(async () => (await client.requests.get(first.id)).answer?.optionId).toBe('deny')
    // The focus is on the next one, which answers nothing before it has been looked at.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-request')))
      .toBe(second.id)
    await page.keyboard.press('a')
    expect((await client.requests.get(second.id)).state).toBe('open')
    await rest(page)
    await page.keyboard.press('t')
    await page.keyboard.type('Rather not')
    await page.keyboard.press('Control+Enter')
    await expect.poll(async () => (await client.requests.get(second.id)).answer?.text).toBe('Rather not')

    await page.goto(`${url}/#/board/${project.id}`)
    await page.getByRole('link', { name: 'First' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('m')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('3')
    await expect.poll(async () => (await client.tasks.get(one.task.id)).status).toBe('in_review')
    await page.getByRole('region', { name: 'In review' }).getByText('First', { exact: true }).waitFor()
  })

  it('does not wait for what was asked for before the page could', async () => {
    const { page } = await look(url)
    const asked: string[] = []
    page.on('request', (request) => void asked.push(request.url().slice(url.length)))
    await page.reload()
    await page.getByRole('status').getByText('live').waitFor()
    const lists = asked.filter((path) => /^\/(health|api\/(sessions|tasks|projects|inbox))/.test(path))
    expect(lists[0]).toBe('/health?verbose=1')
    expect(lists).toContain('/api/sessions?status=working')
    // What the two scripts ask for is the same, or it is asked for twice.
    expect(lists.filter((path, index) => lists.indexOf(path) < index)).toEqual([])
  })

  it('sees a task that waits without a session, on a board that was not opened', async () => {
    const project = await world.makeProject('hooks')
    const task = await client.tasks.create({ projectId: project.id, title: 'Asked by a hook' })
    await client.tasks.update(task.id, { sessionStatus: 'needs_input', updateSource: 'session' })
    const { page } = await look(`${url}/#/inbox`)
    await page.getByText('Asked by a hook').waitFor()
    await page.getByText(`maestro task show ${task.id}`).waitFor()
    await client.tasks.update(task.id, { status: 'completed' })
    await page.getByText('Asked by a hook').waitFor({ state: 'detached' })
  })

  it('is told that somebody else was first, and what they said', async () => {
    const project = await world.makeProject('late')
    const { sessionId } = await world.makeAgent(project.id, 'Late')
    const asked = await world.ask(sessionId, 'who is first')
    const { page } = await look(`${url}/#/inbox/${asked.id}`)
    const card = page.locator(`[data-request="${asked.id}"]`).first()
    await card.waitFor()
    await rest(page)
    // Their answer is on its way when ours is sent.
    await page.route('**/answer', async (route) => {
      await client.requests.answer(asked.id, { optionId: 'deny', by: 'Ada' })
      await route.continue()
    })
    await card.getByRole('button', { name: 'Allow once' }).click()
    await page
      .getByText(/Ada answered before you: Deny/)
      .first()
      .waitFor()
  })

  it('sees what another one does, at once, and drags a card', async () => {
    const project = await world.makeProject('live')
    const { page } = await look(`${url}/#/board/${project.id}`)
    await page.getByText('No tasks yet').waitFor()
    const task = await client.tasks.create({ projectId: project.id, title: 'From elsewhere' })
    await page.getByRole('region', { name: 'To do' }).getByText('From elsewhere').waitFor()
    await client.tasks.update(task.id, { status: 'in_progress' })
    const card = page.getByRole('region', { name: 'In progress' }).getByText('From elsewhere')
    await card.waitFor()
    await card.dragTo(page.getByRole('region', { name: 'Blocked' }))
    await page.getByRole('region', { name: 'Blocked' }).getByText('From elsewhere').waitFor()
    await expect.poll(async () => (await client.tasks.get(task.id)).status).toBe('blocked')
    // In the server's words, and in others as soon as they change.
    const waiting = await client.tasks.create({
      ...{ projectId: project.id, title: 'Waits', dependencies: [task.id] },
    })
    await page.getByText('◇ It waits for "From elsewhere", which is blocked').waitFor()
    await client.tasks.update(task.id, { status: 'completed' })
    await page.getByText('It waits for').waitFor({ state: 'detached' })
    const { id: holder } = await client.sessions.create({
      ...{ projectId: project.id, taskIds: [], name: 'Holder', strategy: 'tree' },
    })
    await client.tasks.claim(waiting.id, { sessionId: holder })
    await page.getByRole('region', { name: 'In progress' }).getByText('Waits').click()
    await page.getByRole('complementary').getByText('Held by').getByText('Holder').waitFor()
  })

  it('sees what somebody else has saved before it is overwritten', async () => {
    const project = await world.makeProject('conflict')
    const task = await client.tasks.create({ projectId: project.id, title: 'Old title' })
    const { page } = await look(`${url}/#/board/${project.id}/${task.id}`)
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Title', { exact: true }).fill('My title')
    await client.tasks.update(task.id, { title: 'Their title', priority: 'high' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody else has changed this meanwhile').waitFor()
    await page.getByRole('cell', { name: 'Their title' }).waitFor()
    expect((await client.tasks.get(task.id)).title).toBe('Their title')
    await page.getByRole('button', { name: 'Overwrite with mine' }).click()
    await expect.poll(() => client.tasks.get(task.id)).toMatchObject({ title: 'My title', priority: 'high' })
  })

  it('walks through a long list by keyboard, of which only what is in sight is drawn', async () => {
    const project = await world.makeProject('long')
    for (let number = 1; number <= 150; number++)
      await client.tasks.create({ projectId: project.id, title: `Task ${number}` })
    const { page } = await look(`${url}/#/board/${project.id}`)
    await page.locator('.column .long').waitFor()
    const rows = page.locator('[data-row]')
    expect(await rows.count()).toBeLessThan(100)
    for (let step = 0; step < 40; step++) await page.keyboard.press('j')
    const focused = page.locator('li:has([data-row]:focus)')
    expect(await focused.getAttribute('aria-posinset')).toBe('40')
    expect(await focused.getAttribute('aria-setsize')).toBe('150')
    // It keeps the focus where it is out of sight, and when something is put before it.
    await page
      .locator('.column .rows')
      .first()
      .evaluate((element) => {
        element.scrollTop = element.scrollHeight
      })
    await client.tasks.create({ projectId: project.id, title: 'Urgent', priority: 'high' })
    await expect.poll(() => focused.getAttribute('aria-posinset')).toBe('41')
    expect(await page.locator('[data-row]:focus').textContent()).toContain('Task 40')
    // However many work, who needs somebody is in sight.
    const { sessionId } = await world.makeAgent(project.id, 'Asks')
    await world.ask(sessionId, 'Which?')
    for (let number = 1; number <= 40; number++)
      await client.sessions.create({
        projectId: project.id,
        taskIds: [],
        name: `${number}`,
        status: 'working',
      })
    await page.goto(`${url}/#/agents`)
    const asking = page.getByRole('list', { name: 'Needs you' }).getByText('On Asks')
    await asking.waitFor()
    const [card, heading] = [await asking.boundingBox(), await page.getByText('Working 4').boundingBox()]
    expect(heading?.y).toBeGreaterThan((card?.y ?? 0) + (card?.height ?? 0))
    await page.locator('[data-row] time[title]').first().waitFor()
  })

  it('is told what those in sight work on, and not asked to wait for all the others', async () => {
    const project = await world.makeProject('many')
    const spawn = async (number: number) => {
      const { id } = await client.tasks.create({ projectId: project.id, title: `Part ${number} of many` })
      const name = `Worker ${number} of many`
      await client.sessions.create({ projectId: project.id, taskIds: [id], name, status: 'working' })
    }
    await Promise.all(Array.from({ length: 110 }, (_, number) => spawn(number)))
    const { page } = await look(url)
    const asked: string[] = []
    page.on('request', (request) => void asked.push(request.url()))
    await page.goto(`${url}/#/agents`)
    await page.locator('.long').waitFor()
    await page.getByRole('searchbox').fill('of many')
    await page
      .getByText(/^Part \d+ of many$/)
      .first()
      .waitFor()
    expect(asked.filter((address) => address.includes('/api/tasks')).length).toBeLessThan(80)
  })

  it('steers a session: tells it something, and stops it', async () => {
    const project = await world.makeProject('steer')
    const { sessionId } = await world.makeAgent(project.id, 'Steered')
    const { page } = await look(`${url}/#/agents/${sessionId}`)
    await page.getByRole('tab', { name: 'Messages' }).click()
    await page.getByLabel('Tell it something').fill('Leave the old pages')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('list', { name: 'Messages' }).getByText('Queued').waitFor()
    const [message] = await client.messages.list(sessionId)
    expect(message).toMatchObject({ text: 'Leave the old pages', mode: 'steer' })
    await client.messages.update(message?.id ?? '', { state: 'delivered' })
    await page.getByRole('list', { name: 'Messages' }).getByText('Delivered').waitFor()
    await page.getByRole('button', { name: 'Stop…' }).click()
    await page.getByRole('button', { name: 'Stop it' }).click()
    await page.getByRole('complementary').getByText('Stopped').first().waitFor()
    expect((await client.sessions.get(sessionId)).status).toBe('stopped')
  })
})
