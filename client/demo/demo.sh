#!/usr/bin/env bash
# Walks three orders through their whole lives, one down each branch: with a courier, to a store, on the company's own
# vehicle. On each it also tries a step that is not allowed. Then a rating, and a question with its answer. Ends with
# the pages of the orders, in the languages of their customers.
#
# Needs the programs, in ORDERD and ORDERCTL. Starts an orderd of its own on a free port of this machine, with its data
# in a temporary folder, and ends just that one.

set -euo pipefail

: "${ORDERD:?the path of the server}" "${ORDERCTL:?the path of the command line tool}"
FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DATA=$(mktemp -d "${TMPDIR:-/tmp}/orderd-demo.XXXXXX")
ORDERD_PID=
# The zone of the times below, whatever this machine's is.
export TZ=Europe/Athens

finish() {
  if [[ -n $ORDERD_PID ]]; then
    kill -TERM "$ORDERD_PID" 2>/dev/null || true
    wait "$ORDERD_PID" || true
  fi
  rm -rf --one-file-system "$DATA"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Starts the server and leaves its address in ORDERCTL_SERVER.
start_orderd() {
  "$ORDERD" --listen 127.0.0.1:0 --database "sqlite:$DATA/orders.db" >"$DATA/out" 2>"$DATA/log" &
  ORDERD_PID=$!
  local deadline=$((SECONDS + 60))
  until grep -q '^orderd is serving on ' "$DATA/out"; do
    if ! kill -0 "$ORDERD_PID" 2>/dev/null || ((SECONDS > deadline)); then
      cat "$DATA/log" >&2
      printf 'demo: orderd does not serve\n' >&2
      exit 1
    fi
    sleep 0.05
  done
  ORDERCTL_SERVER=$(sed -n 's/^orderd is serving on //p' "$DATA/out")
  export ORDERCTL_SERVER
}

# --- What is shown ---

title() { printf '\n──── %s ────\n\n' "$*"; }

# Shows a call as one would type it, then makes it.
order() {
  local argument
  printf '$ orderctl'
  for argument in "$@"; do
    argument=${argument/#"$FOLDER"/client\/demo}
    # What no shell would break needs no quotes.
    if [[ $argument == *[[:space:]\;\&\?\'\"\*\(\)]* ]]; then argument="'$argument'"; fi
    printf ' %s' "$argument"
  done
  printf '\n'
  "$ORDERCTL" "$@"
}

# A call that must be refused with this exit code.
refused() {
  local expected=$1 code=0
  shift
  order "$@" 2>&1 || code=$?
  if ((code != expected)); then
    printf 'demo: exit code %d where %d was expected\n' "$code" "$expected" >&2
    exit 1
  fi
  printf '(exit code %d)\n' "$code"
}

# Places the order of a file and leaves its number in NUMBER.
place() {
  order create "$1"
  NUMBER=$("$ORDERCTL" lookup "$2" "$3" --json | sed -n 's/^ *"number": "\([0-9]*\)".*/\1/p' | head -n 1)
}

# "2026-11-28 20:00", so many days from now.
in_days() { date -d "+$1 days" "+%Y-%m-%d $2"; }

# --- What all three have in common: from received to packed ---

verify() {
  order start-processing "$NUMBER"
  order check "$NUMBER" details passed
  order check "$NUMBER" availability passed
}

gather_and_invoice() {
  order check "$NUMBER" payment passed --note "$1"
  order start-gathering "$NUMBER"
  order gather "$NUMBER" --line 1:1 --from supplier:SUP-14
  order gather "$NUMBER" --all --from warehouse:ATH-1
  order start-preparing "$NUMBER"
  order invoice "$NUMBER" "$2"
}

# --- The three ---

courier_order() {
  export ORDERCTL_AS=staff:eleni ORDERCTL_LANG=el
  title 'Με courier: από την Αναμονή Επεξεργασίας έως την παραλαβή'
  place "$FOLDER/courier-el.json" eshop WEB-2026-104417
  COURIER=$NUMBER
  verify
  printf '\n# Χωρίς τακτοποιημένη πληρωμή δεν ξεκινά η συγκέντρωση:\n'
  refused 6 start-gathering "$NUMBER"
  printf '\n'
  gather_and_invoice 'Αντικαταβολή' ΤΠΥ-2026-5120
  order hand-to-carrier "$NUMBER" --parcel 'ACS:7001234567:https://www.acscourier.net/el/track?c=7001234567' \
    --expected "$(in_days 2 14:00)" --comment 'Το δέμα σας μόλις παραλήφθηκε από την ACS.'
  order comment "$NUMBER" 'Έλεγχος διεύθυνσης έγινε τηλεφωνικά.' --internal
  order track "$NUMBER" --correct 1 --carrier-status 'Στο κατάστημα παράδοσης Θεσσαλονίκης'
  order comment "$NUMBER" 'Ευχαριστώ, θα είμαι στο σπίτι το πρωί.' --as customer:c-20417
  order confirm-receipt "$NUMBER" --as customer:c-20417
}

pickup_order() {
  export ORDERCTL_AS=staff:nikos ORDERCTL_LANG=en
  title 'To a store: from Awaiting Processing to receipt'
  place "$FOLDER/pickup-en.json" eshop WEB-2026-104502
  PICKUP=$NUMBER
  order update "$NUMBER" --email j.oconnor@example.com --as customer:c-31508
  verify
  gather_and_invoice 'Pays in the store' INV-2026-5121
  printf '\n# It is to be collected, so no courier can have it:\n'
  refused 6 hand-to-carrier "$NUMBER" --parcel ACS:7007654321
  printf '\n# What can be done with it now:\n'
  order explain "$NUMBER"
  printf '\n'
  order offer-pickup "$NUMBER" --until "$(in_days 7 21:00)" --comment 'Please bring your ID.'
  order confirm-receipt "$NUMBER"
}

vehicle_order() {
  export ORDERCTL_AS=staff:eleni ORDERCTL_LANG=el
  title 'Με όχημα της IP Partners, για επιχειρήσεις'
  place "$FOLDER/vehicle-el.json" b2b PO-77120
  VEHICLE=$NUMBER
  printf '\n# Ο πελάτης δεν μπορεί να προχωρήσει ο ίδιος την παραγγελία του:\n'
  refused 5 start-processing "$NUMBER" --as customer:b-00912
  printf '\n'
  verify
  gather_and_invoice 'Επί πιστώσει, 30 ημέρες' ΤΔΑ-2026-0871
  order dispatch-vehicle "$NUMBER" --vehicle ΙΒΕ-4417 --from "$(in_days 1 09:00)" --to "$(in_days 1 13:00)"
  order confirm-receipt "$NUMBER" --comment 'Παρέλαβε ο κ. Νικολάου.'
  printf '\n# Ό,τι έκλεισε δεν ανοίγει ξανά:\n'
  refused 6 cancel "$NUMBER" --reason 'Δοκιμή'
}

# What else is said and done: an amendment, a rating, a question with its answer, and how all of it is found.
beside_the_orders() {
  export ORDERCTL_AS=customer:c-31508 ORDERCTL_LANG=en
  title 'A rating, and a question with its answer'
  order feedback "$PICKUP" --rating 5 --text 'Ready on the day that was promised.'
  refused 6 feedback "$PICKUP" --rating 1
  local asked
  asked=$(order ask 'Invoice' 'Can I have the invoice on paper, too?' --customer c-31508 \
    --name 'James OConnor' --email j.oconnor@example.com --language en --order "$PICKUP")
  printf '%s\n' "$asked"
  ENQUIRY=$(tail -1 <<<"$asked" | cut -d' ' -f1)
  export ORDERCTL_AS=staff:nikos
  refused 6 move-enquiry "$ENQUIRY" resolve
  order move-enquiry "$ENQUIRY" take-up
  order move-enquiry "$ENQUIRY" ask-customer --comment 'Of course. Will you collect it on Friday?'
  order comment "enquiries/$ENQUIRY" 'Friday is fine.' --as customer:c-31508
  order move-enquiry "$ENQUIRY" resolve --comment 'It waits for you in the store.'
  printf '\n'
  order enquiry "$ENQUIRY"
  printf '\n'
  order requests --customer c-31508 --all
  printf '\n# Found by beginnings of words, in any case and without accents:\n'
  order search 'connor book'
}

# The page as its own customer sees it.
page() {
  title "$4"
  "$ORDERCTL" get "$1" --as "customer:$2" --lang "$3"
}

start_orderd
courier_order
pickup_order
vehicle_order
beside_the_orders

page "$COURIER" c-20417 el 'Η σελίδα της παραγγελίας, όπως τη βλέπει η πελάτισσα'
page "$PICKUP" c-31508 en 'The order page, as the customer sees it'
page "$VEHICLE" b-00912 el 'Η σελίδα της παραγγελίας της επιχείρησης'

title 'The first of them in English, as staff see it'
"$ORDERCTL" get "$COURIER" --as staff:eleni --lang en

title 'All orders'
"$ORDERCTL" list --all --as staff:eleni --lang el
