// SPDX-License-Identifier: Apache-2.0
// The only place that states the version; the build files and the tool read it from here.
#pragma once

#define AEQ_VERSION_MAJOR 0
#define AEQ_VERSION_MINOR 1
#define AEQ_VERSION_PATCH 0
#define AEQ_VERSION_STRING "0.1.0"
