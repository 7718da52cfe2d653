import { resolve } from 'node:path'
import { CreateProjectRequest } from '../../../schemas/project'
import { defineCommand } from '../command'
import { fieldsFrom, flagsOf, requestOf } from '../fields'
import { projectLine } from './format'

const fields = ['name', 'workingDir', 'description']

export const command = defineCommand({
  about: 'Create a project; its directory is this one, unless --working-dir names another',
  example: "maestro project create --name app --description 'The web shop'",
  args: flagsOf(CreateProjectRequest.shape, fields),
  async run({ client, values }) {
    const given = fieldsFrom(values, CreateProjectRequest.shape, fields)
    const workingDir = resolve(values('working-dir')[0] ?? '.')
    const project = await client.projects.create(requestOf(CreateProjectRequest, { ...given, workingDir }))
    return { json: project, text: projectLine('Created', project) }
  },
})
