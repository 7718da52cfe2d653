// An agent is not told its task, or told it twice, or not how to report.
import { describe, expect, it } from 'vitest'
import { composePrompt } from '../../local-dev/agents/prompt'
import type { SessionManifest } from '../../schemas/manifest'
import type { Skill } from '../../schemas/skill'

const skill: Skill = {
  id: 'tidy',
  name: 'Tidy',
  version: '1.2.0',
  description: 'How to leave a place',
  type: 'custom',
  assignTo: ['all'],
  capabilities: [],
  dependencies: [],
  instructions: 'Leave it as you found it.\n',
}

const bare: SessionManifest = { manifestVersion: '1.0', role: 'worker', session: { model: 'sonnet' } }
const manifest: SessionManifest = {
  ...bare,
  project: { id: 'proj_1', name: 'app', workingDir: '/home/ada/app' },
  tasks: [
    {
      id: 'task_1',
      title: 'Add the login page',
      description: 'With e-mail.',
      acceptanceCriteria: ['It opens'],
    },
    { id: 'task_2', title: 'Remove the old one' },
  ],
}
const count = (text: string, part: string) => text.split(part).length - 1

describe('the prompt', () => {
  it('is the system prompt when that has everything', () => {
    const systemPrompt = 'Do task_1 and task_2. Leave it as you found it.\nThen: maestro report complete.'
    expect(composePrompt({ ...manifest, systemPrompt }, [skill])).toBe(`${systemPrompt}\n`)
  })

  it('has the tasks and skills that the template leaves out, once', () => {
    const text = composePrompt({ ...manifest, systemPrompt: 'Do task_1. Use maestro report.' }, [skill])
    expect(text).toContain('**Remove the old one** (`task_2`, priority medium)')
    expect(text).not.toContain('Add the login page')
    expect(count(text, '# Tidy (v1.2.0)')).toBe(1)
    expect(count(text, 'Leave it as you found it.')).toBe(1)
    expect(text).not.toContain('How to report')
  })

  it('is enough to work with where another program made the manifest', () => {
    const text = composePrompt({ ...manifest, strategy: 'queue' }, [])
    for (const part of [
      'on app, in /home/ada/app',
      'With e-mail.',
      '- It opens',
      'maestro report complete',
      'maestro queue start',
    ])
      expect(text).toContain(part)
    expect(composePrompt(bare, [])).toContain("maestro report progress 'TEXT' --task ID")
  })

  it('begins as whoever wrote a task wants it', () => {
    const tasks = [
      { id: 'task_1', title: 'a', metadata: { initialPrompt: 'Start with the tests.\nThen go on.' } },
    ]
    const systemPrompt = 'Do task_1. Use maestro report.'
    expect(composePrompt({ ...bare, tasks, systemPrompt }, [])).toContain(
      '## To begin with\n\n- `task_1`: Start with the tests.\n  Then go on.',
    )
  })
})
