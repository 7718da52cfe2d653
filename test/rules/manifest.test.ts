// An agent begins with a manifest that lacks its tasks, what they belong to, or what somebody wrote in them.
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { SessionManifest } from '../../schemas/manifest'
import { validateManifest } from '../../storage/rules/validate-manifest'
import { anyText } from '../any-text'
import { createSpawns } from './spawning'

const { empty, store, storeTemplate, plan, make } = createSpawns()
beforeEach(empty)

const relatedOf = (...taskIds: string[]) =>
  make({ taskIds }).context?.relatedTasks?.map(({ id, relationship }) => [id, relationship])

describe('a manifest', () => {
  it('is what the contract shows', () => {
    storeTemplate('You work on {{PROJECT_NAME}}.')
    store('task_1', {
      title: 'Log in',
      description: 'At length',
      priority: 'high',
      acceptanceCriteria: ['Works'],
    })
    expect(make({ skills: ['maestro-worker'] })).toEqual({
      manifestVersion: '1.0',
      role: 'worker',
      strategy: 'simple',
      project: { id: 'proj_1', name: 'app', workingDir: '/home/ada/app' },
      tasks: [
        {
          ...{ id: 'task_1', title: 'Log in', description: 'At length', parentId: null },
          ...{ acceptanceCriteria: ['Works'], dependencies: [], priority: 'high', projectId: 'proj_1' },
          createdAt: '2026-02-08T10:00:00.000Z',
        },
      ],
      skills: ['maestro-worker'],
      session: {
        ...{ model: 'sonnet', permissionMode: 'acceptEdits', thinkingMode: 'auto' },
        workingDirectory: '/home/ada/app',
      },
      context: { custom: { taskIds: ['task_1'] } },
      templateId: 'tmpl_1',
      systemPrompt: 'You work on app.',
    })
  })

  it('has the built-in text and no templateId where there is no template', () => {
    store('task_1')
    const manifest = make({ role: 'orchestrator' })
    expect(manifest).not.toHaveProperty('templateId')
    expect(manifest.systemPrompt).toMatch(/^# You are the orchestrator of app\n/)
  })

  it('has the context of the request beside what the server says of its own', () => {
    store('task_1')
    const context = { branch: 'main', deep: { n: 1 } }
    expect(make({ context }).context?.custom).toEqual({ taskIds: ['task_1'], ...context })
  })

  it('tells of an initial prompt, and of one criterion at least', () => {
    store('task_1', { initialPrompt: 'Begin here', acceptanceCriteria: [] })
    store('task_2')
    const acceptanceCriteria = ['Task completed as described']
    const [first, second] = make({ taskIds: ['task_1', 'task_2'] }).tasks ?? []
    expect(first).toMatchObject({ acceptanceCriteria, metadata: { initialPrompt: 'Begin here' } })
    expect(second).toMatchObject({ acceptanceCriteria })
    expect(second).not.toHaveProperty('metadata')
  })
})

describe('related tasks', () => {
  it('are parent, children, dependencies and those that wait, unless they are in the session themselves', () => {
    store('parent', { status: 'in_progress' })
    store('needed', { status: 'completed' })
    store('task_1', { parentId: 'parent', dependencies: ['needed', 'gone'] })
    store('child', { parentId: 'task_1' })
    store('waiting', { dependencies: ['task_1'], status: 'blocked' })
    store('stranger', { dependencies: ['child'], parentId: 'parent' })
    expect(make().context?.relatedTasks).toEqual([
      { id: 'needed', title: 'title of needed', status: 'completed', relationship: 'depends_on' },
      { id: 'waiting', title: 'title of waiting', status: 'blocked', relationship: 'blocks' },
      { id: 'parent', title: 'title of parent', status: 'in_progress', relationship: 'related_to' },
      { id: 'child', title: 'title of child', status: 'todo', relationship: 'related_to' },
    ])
    expect(relatedOf('task_1', 'parent', 'needed')).toEqual([
      ['waiting', 'blocks'],
      ['child', 'related_to'],
      ['stranger', 'related_to'],
    ])
    const everyone = ['task_1', 'parent', 'needed', 'child', 'waiting', 'stranger']
    expect(make({ taskIds: everyone }).context).not.toHaveProperty('relatedTasks')
  })

  it('are listed once, as what matters most to the session, whichever of its tasks comes first', () => {
    store('both', { parentId: 'task_1' })
    store('task_1')
    store('task_2', { dependencies: ['both'] })
    expect(relatedOf('task_1', 'task_2')).toEqual([['both', 'depends_on']])
    expect(relatedOf('task_2', 'task_1')).toEqual([['both', 'depends_on']])
  })
})

describe('any text', () => {
  const text = fc.oneof(
    anyText(),
    fc.string({
      unit: fc.constantFrom('\n', '\r', '$&', '{{ROLE}}', '`', '*', '"', '\ud800', '\u2028', ' '),
    }),
  )
  const taskTexts = fc.record(
    { description: text, initialPrompt: text, acceptanceCriteria: fc.array(text) },
    { requiredKeys: [] },
  )

  it('of tasks and skills makes a valid manifest that survives being stored', () => {
    fc.assert(
      fc.property(text, taskTexts, text, (title, texts, skillsText) => {
        storeTemplate('{{TASKS}}|{{SKILLS}}')
        store('task_1', { title: `t${title}`, ...texts })
        const manifest = make({}, skillsText)
        expect(validateManifest(manifest, plan())).toEqual(manifest)
        expect(SessionManifest.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest)
        expect(manifest.systemPrompt?.endsWith(`|${skillsText}`)).toBe(true)
      }),
    )
  })
})
