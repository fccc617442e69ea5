#!/bin/sh
# Chromium without the page that it makes ready for its address bar, in every window: that takes more than a window does,
# and no test types an address. Playwright names features to switch off, and Chromium hears the last list only.
for each; do
  shift
  case $each in --disable-features=*) each=$each,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;; esac
  set -- "$@" "$each"
done
exec "$COURSEKIT_TESTS_CHROMIUM" "$@"
