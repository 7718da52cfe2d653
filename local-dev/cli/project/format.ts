import type { Project } from '../../../functions/client/client'
import { details, sentence, time } from '../format'

export const projectDetails = (project: Project): string =>
  details({
    project: project.id,
    name: project.name,
    directory: project.workingDir,
    description: project.description,
    created: time(project.createdAt),
    updated: time(project.updatedAt),
  })

export const projectLine = (what: string, { id, name, workingDir }: Project): string =>
  sentence(`${what} ${id}: ${name}, in ${workingDir}`)
