// An agent is started on a manifest that another program left half made, or what that program knows is lost.
import { beforeEach, describe, expect, it } from 'vitest'
import { validateManifest } from '../../storage/rules/validate-manifest'
import { createSpawns } from './spawning'

const { empty, store, storeTemplate, plan } = createSpawns()
beforeEach(empty)

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
