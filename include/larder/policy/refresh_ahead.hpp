#pragma once

#include <larder/policy/freshness.hpp>

namespace larder::policy {

/// The last stretch of a freshness lifetime, in which a response may be fetched again before its end: ten
/// times what its fetch took (before that the chance is less than one in twenty thousand), half the lifetime
/// at most, so that short lifetimes are not refreshed without end; 0 if the route turns it off.
Milliseconds refresh_window(const Route& route, const Lifetimes& stored);

/// Whether this request is the one that has it refreshed: XFetch (Vattani, Chierichetti and Lowenstein,
/// "Optimal probabilistic cache stampede prevention", VLDB 2015) with beta = 1, so the sooner the longer the
/// fetch took and the more often it is asked for. `chance` is from 0 on and below 1; `remaining` is what is
/// left of its freshness, within refresh_window().
bool refreshes_ahead(const Lifetimes& stored, Milliseconds remaining, double chance);

}  // namespace larder::policy
