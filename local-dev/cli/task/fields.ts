/** The fields of a task that a user sets, in create and update. */
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
  'externalId',
]
