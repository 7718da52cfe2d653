import type { RequestContext } from '../services/app-services'
import { joinTexts } from './joined-pieces'
import { respondText } from './respond'

/** A list of more is made in turns. */
const maxJoinedAtOnce = 100

/** A list, or a page of it, as an array of what each item is as JSON. `total`: the size of the whole; `next`: the cursor of what follows. */
export const respondTexts = async (
  c: RequestContext,
  texts: readonly string[],
  { total, next }: { total: number; next: string | undefined },
): Promise<Response> => {
  const json = texts.length > maxJoinedAtOnce ? await joinTexts(texts, c.env.clock) : `[${texts.join()}]`
  return respondText(c, 200, json, {
    'X-Total-Count': String(total),
    ...(next !== undefined && { 'X-Next-Cursor': next }),
  })
}
