/** What can be said of a task, when it is made and later. */
export const taskFields: readonly string[] = [
  'title',
  'description',
  'priority',
  'parentId',
  'dependencies',
  'acceptanceCriteria',
  'initialPrompt',
  'model',
  'skillIds',
  'agentIds',
  'dueDate',
]
