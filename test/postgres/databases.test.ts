/** All that is tried of one PostgreSQL and one PGlite: to make them takes seconds, so these files share them. */

import './suite'
import './faults'
import './stored'
import './format'
