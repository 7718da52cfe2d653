import { ApiError, apiError } from '../../schemas/errors'
import type { SessionManifest } from '../../schemas/manifest'
import { type Problem, validationError } from '../../schemas/problems'
import type { Session } from '../../schemas/session'
import { SpawnResponse, SpawnSessionRequest, spawnRefusals } from '../../schemas/spawn'
import { readerOf } from '../../storage/rules/find'
import { commandOf, planSpawn, type SpawnPlan, spawnSession as spawn } from '../../storage/rules/spawn'
import { answer } from '../answers'
import { endpointWithBody } from '../endpoint'
import type { Call } from '../env'

/** A wrong field that spawning has a code of its own for comes first, in the order of the table. */
const refuse = (problems: Problem[]) => {
  for (const [field, code] of spawnRefusals)
    if (problems.some((problem) => problem.path === field))
      return apiError(code, undefined, { issues: problems })
  return validationError(problems)
}

export const spawnSession = endpointWithBody(
  {
    summary: 'Spawn a session',
    description:
      'Creates the session, writes its manifest and tells every client to open a terminal for it, as one step.',
    body: SpawnSessionRequest,
    refuse,
    answers: { status: 201, schema: SpawnResponse },
    errors: [
      ...spawnRefusals.map(([, code]) => code),
      'task_not_found',
      'project_not_found',
      'parent_session_not_found',
      'NOT_FOUND',
      'manifest_generation_failed',
      'spawn_error',
      'STORAGE_UNAVAILABLE',
    ],
  },
  async (c, request) => {
    const { workspace, manifests, clock, newId } = c.env
    const sessionId = newId('sess', clock())
    const plan = await workspace.read((documents) => planSpawn(readerOf(documents), request, sessionId))
    const manifest = await c.env.generateManifest(plan)
    const manifestPath = manifests.location(sessionId)
    const session = await storeWithManifest(c, plan, manifest, manifestPath)
    const command = commandOf(plan.role)
    return answer(
      c,
      {
        success: true,
        sessionId,
        manifestPath,
        message: 'Spawn request sent to Agent Maestro',
        command,
        initialCommand: command,
        cwd: plan.project.workingDir,
        envVars: session.env,
        session,
      },
      201,
    )
  },
)

/** The manifest first: whoever hears of the session can read it. If the session does not come to be, it goes. */
const storeWithManifest = async (
  c: Call,
  plan: SpawnPlan,
  manifest: SessionManifest,
  manifestPath: string,
): Promise<Session> => {
  const { workspace, manifests, config, machine } = c.env
  try {
    await manifests.write(plan.sessionId, manifest)
    return await workspace.change((tx) =>
      spawn(tx, plan, manifest, { manifestPath, serverUrl: config.serverUrl }, machine),
    )
  } catch (error) {
    await manifests.remove(plan.sessionId)
    if (error instanceof ApiError) throw error
    throw apiError('spawn_error', error instanceof Error ? error.message : String(error))
  }
}
