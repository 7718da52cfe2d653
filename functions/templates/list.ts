import * as z from 'zod'
import { Template } from '../../schemas/template'
import { pageQuery, respondList } from '../http/lists'
import { endpoint } from '../http/operation'

export const listTemplates = endpoint(
  { summary: 'List templates', query: pageQuery, answers: { status: 200, schema: z.array(Template) } },
  (c) => respondList(c, 'templates', {}),
)
