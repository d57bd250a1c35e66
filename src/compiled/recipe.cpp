// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. Recipes and policies: reading, resolving, saving.
#include <aeq/aeq.hpp>

#include <aeq/recipe/builtin.ipp>
#include <aeq/recipe/edge_type.ipp>
#include <aeq/recipe/json.ipp>
#include <aeq/recipe/policy.ipp>
#include <aeq/recipe/policy_json.ipp>
#include <aeq/recipe/recipe.ipp>
#include <aeq/recipe/resolve.ipp>
#include <aeq/recipe/save.ipp>
#include <aeq/recipe/scope.ipp>
#include <aeq/recipe/spelling.ipp>
