"""`python -m bridge`, the same as `pbridge`."""

import sys

from bridge.cli import main

sys.exit(main())
