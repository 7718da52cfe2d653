/** All that is tried of one PostgreSQL: to make it takes seconds, so these files share it. */

import './suite'
import './faults'
import './stored'
import './format'
