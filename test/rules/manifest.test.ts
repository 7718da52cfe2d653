import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { SessionManifest } from '../../schemas/manifest'
import type { SpawnSessionRequest } from '../../schemas/spawn'
import type { Task } from '../../schemas/task'
import { createMemoryDocuments, type Documents } from '../../storage/documents'
import { Entry } from '../../storage/entry'
import { readerOf } from '../../storage/rules/find'
import { makeManifest } from '../../storage/rules/manifest'
import { fillPlaceholders } from '../../storage/rules/placeholders'
import { planSpawn } from '../../storage/rules/spawn'
import { validateManifest } from '../../storage/rules/validate-manifest'
import { anyText } from '../any-text'

const createdAt = Date.UTC(2026, 1, 8, 10)
const project = { id: 'proj_1', name: 'app', workingDir: '/home/ada/app', createdAt, updatedAt: createdAt }

let documents: Documents
beforeEach(() => {
  documents = createMemoryDocuments()
  documents.put('projects', new Entry('projects', project))
})

const store = (id: string, fields: Partial<Task> = {}): Task => {
  const task: Task = {
    ...{ id, projectId: project.id, parentId: null, title: `title of ${id}`, description: '' },
    ...{ status: 'todo', priority: 'medium', createdAt, updatedAt: createdAt, startedAt: null },
    ...{ completedAt: null, initialPrompt: '', sessionIds: [], skillIds: [], agentIds: [], dependencies: [] },
    ...fields,
  }
  documents.put('tasks', new Entry('tasks', task))
  return task
}

const storeTemplate = (content: string) =>
  documents.put(
    'templates',
    new Entry('templates', {
      ...{ id: 'tmpl_1', name: 'Mine', role: 'worker', isDefault: false, content },
      ...{ createdAt, updatedAt: createdAt },
    }),
  )

const plan = (request: Partial<SpawnSessionRequest> = {}) =>
  planSpawn(readerOf(documents), { projectId: project.id, taskIds: ['task_1'], ...request }, 'sess_1')
const make = (request: Partial<SpawnSessionRequest> = {}, skillsText = '') =>
  makeManifest(readerOf(documents), plan(request), skillsText)
const promptOf = (content: string, request: Partial<SpawnSessionRequest> = {}, skillsText = '') => {
  storeTemplate(content)
  return make(request, skillsText).systemPrompt
}
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

describe('placeholders', () => {
  it('are all replaced, wherever and as often as they stand', () => {
    store('task_1')
    store('task_2')
    const request = { taskIds: ['task_1', 'task_2'], strategy: 'tree' as const }
    const all =
      '{{PROJECT_NAME}} {{PROJECT_DIR}} {{TASK_COUNT}} {{STRATEGY}} {{SESSION_ID}} {{ROLE}} {{SKILLS}}'
    expect(promptOf(`${all}\n${all}`, request, 'how to')).toBe(
      'app /home/ada/app 2 tree sess_1 worker how to\napp /home/ada/app 2 tree sess_1 worker how to',
    )
  })

  it('list the tasks so that texts of many lines stay within their item', () => {
    store('task_1', {
      title: 'Log in',
      description: 'First line\n\n- a list',
      priority: 'high',
      acceptanceCriteria: ['It works\nreally', 'Fast'],
    })
    store('task_2')
    expect(promptOf('{{TASKS}}', { taskIds: ['task_1', 'task_2'] })?.split('\n')).toEqual([
      '- **Log in** (`task_1`, priority high)',
      '  First line',
      '  ',
      '  - a list',
      '  Acceptance criteria:',
      '  - It works',
      '    really',
      '  - Fast',
      '- **title of task_2** (`task_2`, priority medium)',
      '  Acceptance criteria:',
      '  - Task completed as described',
    ])
  })

  it.each(['{{UNKNOWN}}', '{{role}}', '{{ROLE', '{ROLE}', '{{ ROLE }}', '{{toString}}', '{{__PROTO__}}'])(
    'leave %s as it is',
    (text) => {
      store('task_1')
      expect(promptOf(`<${text}>`)).toBe(`<${text}>`)
    },
  )

  it('put values in as they are, whatever they hold', () => {
    const texts = fc.oneof(
      anyText(),
      fc.constantFrom('$&', '$1', '$$', '$`', '{{ROLE}}', '{{TASKS}}', '{{', '}}', '\\1'),
    )
    fc.assert(
      fc.property(texts, texts, (name, other) => {
        const values = { NAME: name, OTHER: other }
        expect(fillPlaceholders('<{{NAME}}{{OTHER}}|{{NAME}}>', values)).toBe(`<${name}${other}|${name}>`)
      }),
    )
  })
})

describe('a template that names a long list again and again', () => {
  const long = 'x'.repeat(400_000)

  it('is refused: a spawn of it would fill the memory', () => {
    store('task_1', { description: long })
    storeTemplate('{{TASKS}}'.repeat(29_000))
    expect(() => make()).toThrow(/repeats more than 1048576 characters, \{\{TASKS\}\} among them/)
  })

  it('is filled as long as that is not too much, or each is named once', () => {
    store('task_1', { description: long.repeat(4) })
    storeTemplate(`{{TASKS}} {{SKILLS}} ${'{{PROJECT_NAME}}'.repeat(1000)}`)
    const { systemPrompt } = make({}, long.repeat(5))
    expect(systemPrompt?.length).toBeGreaterThan(9 * long.length)
    expect(systemPrompt?.endsWith('appapp')).toBe(true)
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

describe('a manifest that another program made', () => {
  const minimal = { manifestVersion: '2.0', role: 'orchestrator', session: { model: 'opus' } }
  const refusal = (generated: unknown) => {
    try {
      return validateManifest(generated, plan())
    } catch (error) {
      return error
    }
  }
  beforeEach(() => void store('task_1'))

  it('is used as it is, with what it knows that we do not', () => {
    const generated = {
      ...minimal,
      session: { model: 'opus', more: 1 },
      more: { deep: [1] },
      tasks: [{ id: 'x', title: '' }],
    }
    expect(validateManifest(generated, plan())).toEqual(generated)
  })

  it('gets the id of the template, the model and the context that the request named', () => {
    storeTemplate('')
    const request = { role: 'worker', model: 'haiku', context: { branch: 'main' } } as const
    expect(validateManifest({ ...minimal, context: { custom: { own: 1 }, more: 2 } }, plan(request))).toEqual(
      {
        ...minimal,
        session: { model: 'haiku' },
        context: { custom: { own: 1, branch: 'main' }, more: 2 },
        templateId: 'tmpl_1',
      },
    )
    expect(validateManifest(minimal, plan({ context: {} }))).toEqual({ ...minimal, templateId: 'tmpl_1' })
  })

  it.each([
    ['manifestVersion', undefined],
    ['manifestVersion', 'text'],
    ['manifestVersion', []],
    ['manifestVersion', {}],
    ['manifestVersion', { ...minimal, manifestVersion: '' }],
    ['role', { ...minimal, role: null }],
    ['role', { ...minimal, role: 'boss' }],
    ['session.model', { ...minimal, session: undefined }],
    ['session.model', { ...minimal, session: 'opus' }],
    ['session.model', { ...minimal, session: {} }],
    ['session.model', { ...minimal, session: { model: 5 } }],
    ['tasks.0.title', { ...minimal, tasks: [{ id: 'task_1' }] }],
  ])('is refused without %s: %j', (field, generated) => {
    expect(refusal(generated)).toMatchObject({
      code: 'manifest_generation_failed',
      message: `Failed to generate manifest: Manifest missing ${field}`,
      details: { issues: expect.any(Array) },
    })
  })

  it('is refused with all that is wrong with it', () => {
    expect(refusal({ role: 'boss' })).toMatchObject({
      details: {
        issues: [
          { path: 'manifestVersion', message: 'manifestVersion is required' },
          { path: 'role', message: 'role must be one of "worker", "orchestrator"' },
          { path: 'session', message: 'session is required' },
        ],
      },
    })
  })
})
