// SPDX-License-Identifier: Apache-2.0
// The only place that states the version; the build files, the tool and the inline namespace read it from here.
#pragma once

#define AEQ_VERSION_MAJOR 0
#define AEQ_VERSION_MINOR 1
#define AEQ_VERSION_PATCH 0

// The same as text, "0.1.0".
#define AEQ_STRINGIZE_TOKENS(major, minor, patch) #major "." #minor "." #patch
#define AEQ_STRINGIZE_VERSION(major, minor, patch) AEQ_STRINGIZE_TOKENS(major, minor, patch)
#define AEQ_VERSION_STRING AEQ_STRINGIZE_VERSION(AEQ_VERSION_MAJOR, AEQ_VERSION_MINOR, AEQ_VERSION_PATCH)
