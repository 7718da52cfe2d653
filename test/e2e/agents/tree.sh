#!/bin/sh
# A scripted agent: writes where it works and what it was given, commits that, and reports; if its task says so, who it is.
set -e
printf '%s\n' "$PWD" "$MAESTRO_MAIN_TREE" "$MAESTRO_SESSION_NUMBER" >> place.txt
if grep -q 'tell who you are' "$1"; then maestro whoami > whoami.txt; fi
git add place.txt
git commit --quiet --message work
maestro report complete 'It is done' > /dev/null
