#pragma once

#include <larder/base/error.hpp>

#include <boost/system/result.hpp>

namespace larder {

/// A value, or why there is none. Test it before use; it converts from a value and from an `Error`.
template <class T = void>
using Result = boost::system::result<T, boost::system::error_code>;

}  // namespace larder
