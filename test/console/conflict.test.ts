// Two people change the same task, and one of them loses something without having seen it.
import { describe, expect, it } from 'vitest'
import {
  changedFields,
  changeOf,
  conflictsOf,
  formOf,
  mergedForm,
  newTaskOf,
} from '../../console/state/conflict'
import { task } from './entities'

const before = formOf(task('t', { title: 'A', description: 'B', dueDate: '2026-01-01' }))
const mine = { ...before, title: 'mine', dueDate: '' }

describe('a form', () => {
  it('sends what was changed and nothing else, and clears what is empty', () => {
    expect(changeOf(mine, changedFields(before, mine))).toEqual({ title: 'mine', dueDate: null })
    expect(changedFields(before, { ...before })).toEqual([])
  })

  it('makes a new task without what is empty', () => {
    const made = newTaskOf({ ...before, dueDate: '', acceptanceCriteria: ['x', ' ', 'y'] })
    expect(made).toMatchObject({ title: 'A', acceptanceCriteria: ['x', 'y'] })
    expect(Object.keys(made)).not.toContain('dueDate')
    expect(Object.keys(made)).not.toContain('model')
  })
})

describe('what somebody else has changed meanwhile', () => {
  it('is no conflict where it is another field, or the same change', () => {
    expect(conflictsOf(before, { ...before, priority: 'high' }, mine)).toEqual([])
    expect(conflictsOf(before, { ...before, title: 'mine' }, mine)).toEqual([])
  })

  it('is shown beside mine where both have changed it', () => {
    const theirs = { ...before, title: 'theirs', priority: 'high' as const }
    expect(conflictsOf(before, theirs, mine)).toEqual([
      { field: 'title', before: 'A', theirs: 'theirs', mine: 'mine' },
    ])
    expect(mergedForm(before, theirs, mine, 'mine')).toEqual({ ...theirs, title: 'mine', dueDate: '' })
    expect(mergedForm(before, theirs, mine, 'theirs')).toEqual({ ...theirs, dueDate: '' })
  })
})
