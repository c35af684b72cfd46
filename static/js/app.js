// Comfort on every page; nothing here is needed for a page to work.
"use strict";
