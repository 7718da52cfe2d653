// The prompt that somebody wrote as a template does not say what is meant, or fills the memory.
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { fillPlaceholders } from '../../storage/rules/placeholders'
import { anyText } from '../any-text'
import { createSpawns } from './spawning'

const { empty, store, storeTemplate, make, promptOf } = createSpawns()
beforeEach(empty)

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
