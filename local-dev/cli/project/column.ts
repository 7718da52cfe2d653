import type { Project } from '../../../functions/client/client'

/** A column with the project of each row, where they are of several; where all have one, none. */
export interface ProjectColumn {
  heading: readonly string[]
  cell(row: { projectId: string }): readonly string[]
}

export const projectColumn = (
  rows: readonly { projectId: string }[],
  projects: readonly Project[],
): ProjectColumn => {
  if (rows.every(({ projectId }) => projectId === rows[0]?.projectId)) return { heading: [], cell: () => [] }
  const names = new Map(projects.map(({ id, name }) => [id, name]))
  return { heading: ['PROJECT'], cell: ({ projectId }) => [names.get(projectId) ?? projectId] }
}
