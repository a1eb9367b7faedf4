#pragma once

#include "transaction.hpp"

namespace larder::cache {

/// Takes out of a request what the origin is not to see, and says why it must not be answered from cache. May
/// be called again.
Result<policy::Reason> open(const Transaction& transaction);

/// While it lives, a request has the fields that are sent for all who get the same (policy::normalise());
/// then its own again, by which it is logged, and routed if it is looked at anew.
class Normalised {
 public:
  /// `own` keeps what the client sent; both outlive this.
  Normalised(const policy::Route& route, http::FieldList& fields, http::FieldList& own);
  ~Normalised();

  /// What the client sent.
  const http::FieldList& own() const { return own_ != nullptr ? *own_ : fields_; }

  Normalised(const Normalised&) = delete;
  Normalised& operator=(const Normalised&) = delete;

 private:
  http::FieldList& fields_;
  http::FieldList* own_ = nullptr;  // if there is something to give back
};

/// The same for the rest of the transaction, which keeps its client's own fields.
void normalise(Transaction& transaction);

/// What its client sent.
const http::FieldList& client_fields(const Transaction& transaction);

/// Gives the request its own fields again, to be passed.
void take_own_fields(Transaction& transaction);

/// Holds a request's content to what its route allows: Error::too_large if it says itself that it is larger.
Result<> bound_content(const Transaction& transaction);

/// Whether the request is signed, and what is sent for others would not be what was signed.
bool goes_as_written(const Transaction& transaction);

}  // namespace larder::cache
