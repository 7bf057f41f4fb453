import type zh from './zh-CN'

const en: typeof zh = {
  brand: 'Zique Market',
  nav: {
    main: 'Main', tabs: 'Bottom navigation', home: 'Home', product: 'Product', cart: 'Cart', cartCount: 'Cart, {n} items', checkout: 'Checkout',
    signIn: 'Sign in', cards: 'Aid cards', card: 'Card entries', orders: 'Orders', order: 'Order', villages: 'Villages', village: 'Village', season: 'Campaign',
    board: 'Open books', claim: 'Claim a card', account: 'Me', missing: 'No such page', pay: 'Demo payment', inbox: 'Messages', unread: '{n} unread messages', notYours: 'Not open to you',
  },
  ui: {
    skip: 'Skip to content', close: 'Close', less: 'Less', more: 'More', retry: 'Try again', failed: 'This did not open', loading: 'Opening…',
    loadMore: 'Show more', back: 'Back', language: 'Switch language', all: 'All', pair: '{name}: {value}', gone: 'This is not here', goneHint: 'It may be gone, or the address is wrong.',
  },
  foot: { motto: 'Buy from the hills, and the village earns with you.', share: 'By rules open to all, a part of each sale goes to the collective of the village where it grew.', api: 'API docs' },
  search: {
    label: 'Search produce', example: 'Search produce', go: 'Search', found: '{n} products shown', none: 'Nothing found',
    noneHint: 'Try another word, or look at everything.', clear: 'See all products', of: 'Results for “{q}”', in: 'Results for “{q}” in {place}', from: 'Produce from {village}',
    noneIn: 'Nothing for “{q}” in {place}', narrowHint: 'Try another word, or look among all produce.', everywhere: 'Search all produce', elsewhere: 'Found elsewhere', similar: 'Something like it', perhaps: 'You might like these',
  },
  home: { title: 'From the hills of Xinhua', lead: 'Straight from the cooperatives. Each order leaves a share with the village.', categories: 'Categories', sort: 'Sort by' },
  certificate: {
    title: 'Certificate of purchase', check: 'Check a certificate', code: 'Code', codeHint: '24 characters; paste it, or the address of its page.', codeBad: 'A code has 24 letters and digits.', go: 'Check', download: 'Download PDF', version: 'Version {n}',
    holds: 'Genuine, and as the books stand now.', changed: 'Genuine, but something has changed since it was issued: see below.', replaced: 'Replaced by a newer version on {day}; it is no longer valid.', buyer: 'Buyer', period: 'Period', of: 'Of', oneOrder: 'One order', issued: 'Issued', what: 'Item', then: 'When issued', now: 'Now',
    goods: 'Goods', share: 'Share of the village collectives', asOf: 'Checked {time}; net of refunds, without freight.', villages: 'Villages helped', see: 'See the certificate', hint: 'It shows which villages this purchase helped; anybody can check it.', issue: 'Issue a certificate', again: 'Issue again', none: 'No certificates yet',
  },
  season: {
    until: 'Until {day}', go: 'Have a look', days: '{from} – {until}', share: 'Income for village collectives so far', goods: 'Goods sold', orders: 'Orders', villages: 'Villages', cards: 'Aid cards issued', asOf: 'As of {time}, net of refunds, without freight.', products: 'In this season', noProducts: 'Nothing here yet',
    phase: { upcoming: 'Coming up', running: 'Running', over: 'Over' },
  },
  sort: { newest: 'Newest', price_asc: 'Price, low to high', price_desc: 'Price, high to low' },
  product: {
    gives: 'for the village', choose: 'Choose a size', quantity: 'Quantity', stock: '{n} in stock', few: 'Only {n} left', soldOut: 'Sold out',
    add: 'Add to cart', added: 'Added to your cart', see: 'View cart', share: 'This purchase gives the village', shareFor: 'This purchase gives {village}', village: 'Grown in',
    freight: 'Delivery', freightFlat: '{freight} per order', freightFree: 'Free', about: 'About this product', demo: 'Demo data',

  },
  split: {
    title: 'Where each yuan goes', coop: '{name}', coopWords: 'goes to the cooperative', village: '{name} collective', villageWords: 'is credited to the village', freight: 'Delivery is charged apart, pays for shipping and is not shared.', onTop: 'Buyers pay the village’s part on top of the price; checkout lists it apart.',
  },
  cart: {
    title: 'Cart', empty: 'Your cart is empty', emptyHint: 'Have a look at what the hills have to offer.', shop: 'Start shopping', goods: 'Goods', freight: 'Delivery', total: 'Total', perCoop: 'one delivery charge per cooperative',
    changed: 'The price has changed and is now {price}', soldOut: 'Sold out, not included at checkout', short: 'Only {n} in stock, please take fewer', remove: 'Remove', removeOf: 'Remove {title}', checkout: 'Check out', guest: 'Sign in and your cart follows you to every device.',
    none: 'Nothing here can be bought now', updated: 'Cart updated, total {total}',
  },
  checkout: {
    title: 'Checkout', address: 'Delivery address', newAddress: 'Use a new address', saveAddress: 'Save and use', keepList: 'Use a saved address', cards: 'Pay with aid cards',
    cardsHint: 'The card that expires first is used first; you may choose otherwise.', used: 'uses {used}', left: '{left} left after', missing: '{missing} still missing. Choose another card, add one, or pay it as offered below.', covered: 'The chosen cards cover the order.',
    noCards: 'You have no card to pay with yet. Add one below.', pay: 'Pay {total}', goods: 'Items', unknown: 'We did not hear back. The order may have gone through; checking again will not place it twice.',
    askAgain: 'Check again', seeOrders: 'See my orders', anew: 'I have checked, start anew', needAddress: 'Choose a delivery address first', addCard: 'Add a card', empty: 'There is nothing to check out', priceNow: 'Please review prices and stock in your cart.', toCart: 'Back to cart',
    done: 'Order placed. Thank you!',
    rest: 'Pay the other {rest} with', restHint: 'Cards go first; the rest is paid after you place the order. Unpaid in time, the order is cancelled and the cards get their money back.',
  },
  address: {
    name: 'Recipient', phone: 'Mobile number', province: 'Province', city: 'City', district: 'District', detail: 'Street and number', remove: 'Delete', removeOf: 'Delete the address of {name}', none: 'Enter your first address', required: 'Please fill this in', phoneBad: 'Enter an 11-digit mobile number',
  },
  signIn: {
    login: 'Sign in', register: 'Register', phone: 'Mobile number', password: 'Password', name: 'Your name', code: 'SMS code', sendCode: 'Send code', sent: 'Code sent', demoCode: 'Demo code: {code}', passwordHint: 'At least 8 characters',
    demo: 'Demo accounts, one click to sign in', demoHint: 'This is a demo. Try whatever you like.', welcome: 'Welcome, {name}', mergeFailed: 'Signed in. Your cart could not be merged yet; we will try again.', optional: 'May be left empty in the demo', agree: 'I have read and agree to the', terms: 'terms of service', and: 'and the', privacy: 'privacy policy', forgot: 'Forgot your password?', reset: 'Set a new password', newPassword: 'New password', resetDo: 'Set the new password', resetDone: 'Password changed. Sign in with the new one.',
  },
  role: { buyer: 'Buyer', cooperative: 'Cooperative', enterprise: 'Enterprise', operator: 'Operator', liaison: 'Liaison', auditor: 'Auditor', chamber: 'Chamber', village: 'Village collective' },
  card: {
    signInFirst: 'Sign in or register first, then claim this card.', fromLink: 'Check the code; one tap puts the card into your account.',
    title: 'My aid cards', add: 'Add an aid card', code: 'Card code', codeHint: '24 characters, upper or lower case; pasting works.', submit: 'Add', added: 'Added, balance {balance}', incomplete: 'A code has 24 characters; this has {n}.', balance: 'Balance', face: 'Face value {face}',
    until: 'Valid until {date}', forever: 'Does not expire', none: 'No aid cards yet', noneHint: 'Enter a card code to put the card into your account.', entries: 'Entries', noEntries: 'No entries yet', toOrder: 'See order', useDemo: 'Fill in demo code {n}', see: 'Entries of {number}',
    status: { issued: 'Unclaimed', active: 'Active', frozen: 'Frozen', void: 'Void', expired: 'Expired' },
    kind: { issue: 'Issued', payment: 'Payment', hold: 'Payment, the rest by another tender', release: 'Back: the order was not paid', refund: 'Refund', move: 'Moved between cards', void: 'Voided', return: 'Given back' },
  },
  order: {
    title: 'My orders', number: 'Order', placed: 'Placed', none: 'No orders yet', noneHint: 'Your first order will bring a village some income.', goods: 'Goods', freight: 'Delivery', discount: 'Discount', total: 'Paid', payments: 'Paid with', paidBy: 'Aid card {number}', refundedTo: '{amount} returned',
    share: 'This order gives the village', lineShare: 'Gives {village}', refunded: '{n} refunded', address: 'Delivery', lines: '{n} items', progress: 'Progress', parcels: 'Sent by {name}', proof: 'Proof code', cancel: 'Cancel order', cancelPart: 'Cancel this part', cancelAsk: 'What was paid goes back the way it came, and the share of the village is taken back too.', cancelDo: 'Cancel it', cancelled: 'Order cancelled',
    refund: 'Refund', refundTitle: 'What should be refunded?', refundHint: 'Nothing has been sent yet: nobody has to agree, and the money goes back to what you paid with.', refundUpTo: 'Refund', quantity: 'How many of {title} to refund', of: 'up to {n}', withFreight: 'Nothing is left to send, so delivery of {freight} goes back too.', reason: 'Reason', reasonDefault: 'No longer needed', refundDone: '{amount} refunded', refunds: 'Refunds', backTo: 'To aid card {number}: {amount}', shareBack: 'Taken back from the village: {amount}', net: 'Paid after refunds',
    status: { awaiting_payment: 'Awaiting payment', paid: 'Paid, to be shipped', partly_shipped: 'Partly shipped', shipped: 'Shipped', received: 'Received', closed: 'Completed', cancelled: 'Cancelled' },
    step: { placed: 'Placed', paid: 'Paid', shipped: 'Shipped', received: 'Arrived', closed: 'Done', cancelled: 'Cancelled' },
    refundStatus: { requested: 'In review', approved: 'Approved', returned: 'Goods returned', refunded: 'Refunded', rejected: 'Rejected' },
    paymentStatus: { held: 'kept aside', awaited: 'to be paid', released: 'given up unpaid' }, backToTender: 'To {tender}: {amount}',
    done: 'done', now: 'now', later: 'to come', unknown: 'We did not hear back. Checking again will not refund twice.',
  },
  tender: { local: 'Demo payment', bank_transfer: 'Bank transfer', other: 'Online payment' },
  pay: {
    holder: 'Payee', bank: 'Bank', number: 'Account', memo: 'Memo', memoHint: 'Transfer just this amount at once, with the code above in the memo. The order is paid when an operator has checked the receipt.',
    due: 'Pay {rest} by {time}', left: '{left} left', days: '{n} days', over: 'The time to pay is over; the order is about to be cancelled.', go: 'Pay now', hold: '{held} of your cards is kept aside for this order. Cancelled, it goes back to them.',
    title: 'Demo payment', lead: 'This stands for a real payment service: nothing is charged. Each button shows one case.', amount: 'To pay', until: 'Until', toOrder: 'Back to the order', paid: 'This is paid already. Paid once more, the surplus goes back by itself.', gone: 'Nothing is to be paid here',
    once: 'Pay', twice: 'Pay, and be told twice', lost: 'Pay, but the notice is lost', late: 'Pay when the order is cancelled', forged: 'Do not pay, forge a notice', fail: 'Payment fails, back to the order',
    onceDone: 'Paid; the market has been told.', twiceDone: 'Paid; the market was told twice and counts it once.', lostDone: 'Paid, but the notice is lost. The market asks by itself in about a minute.', lateDone: 'Noted. Cancel the order, or let its time run out: what is paid then goes back by itself.', forgedDone: 'Not paid. The market refused the forged notice ({status}).', retry: 'The market did not take the notice yet ({status}); it is sent again.',
  },
  village: {
    title: 'Villages', lead: 'Everything you buy is credited to the village where it grew.', total: 'Earned by the collective', pending: 'Pending', available: 'Available', produce: 'Produce', products: '{n} products on sale', none: 'No villages yet', see: 'Produce of {village}', noProducts: 'Nothing on sale at the moment', pendingHint: 'It becomes available after receipt and the after-sale period.',
    search: 'Village name', township: 'Township', designation: 'Designation', mark: { 集体经济薄弱村: 'Weak collective', 乡村振兴重点帮扶村: 'Key village for revitalisation' }, anyTownship: 'All townships', noneFound: 'No such village found', clear: 'Clear the filters', story: 'The story of the village', pictures: 'Pictures', picture: 'Picture {n} of {village}', cooperatives: 'Cooperatives serving this village', find: 'Find', shown: '{n} villages shown',
  },
  board: {
    title: 'Open books', lead: 'Totals for everybody to see: what was bought, and what the villages earned.', asOf: 'As of {time}', consumption: 'Purchases', orders: 'Orders', buyers: 'Buyers', goods: 'Goods', refunded: 'Refunded', net: 'Net purchases', shares: 'Earned by villages', pending: 'Pending', available: 'Available', byVillage: 'By village', village: 'Village', netSales: 'Net sales', share: 'Village share', noSales: 'No sales recorded yet.', rules: 'By what rules shares are worked out', record: 'Assistance on record', recordLead: 'From a published report, as it stands there; never added to the figures above.', kindEmpty: 'The report has no record of this kind.',
    approx: 'about {n}', people: '{n} people', times: '{n} attendances', built: '{n} m² built', building: '{n} m² under construction', land: '{n} mu of land', sessions: '{n} sessions', clinics: '{n} clinics', introduced: 'introduced by {name}', named: 'Named in the report', duties: 'Duties', activities: 'Activities', yearly: 'at least {n} a year in each village', inAll: 'about {n} in all', items: '{n}', least: 'at least {n}', period: 'covers {from} – {until}', reposted: 'reposted {date}', cite: '{publisher}, "{title}"',
    section: { organiser: 'Who and on what ground', initiative: 'Appeals and drives', campaign: 'Consumption campaigns', channel: 'Sales channels', activity: 'Activities of partners', place: 'Places and produce' }, historic: 'As the report tells it; these do not run in the shop.',
    entry: { federation: 'Lead', co_selector: 'Selects liaisons too', leadership_meetings: 'Leadership meetings', season: 'Season', festival: 'Festival', platform: 'Platform', association: 'Association' }, pairings: 'Pairings', designations: 'Designations', villagesN: '{n} villages', partnersN: '{n} partners', source: 'Source', open: 'Read the original',
    kind: { industry: 'Industry', labour: 'Labour', consumption: 'Consumption', donation: 'Donations', collective_share: 'Village share' },
    pairing: { county: 'County pairing', village: 'Village pairing', liaison: 'Liaisons on site', enterprise: 'Enterprises', chamber: 'Chambers' },
  },
  account: { title: 'Me', guest: 'You are not signed in', guestHint: 'Sign in to pay with aid cards and follow your orders.', signOut: 'Sign out', signedOut: 'Signed out', language: 'Language', cards: 'Aid cards', orders: 'Orders', cart: 'Cart', verified: 'Phone verified', unverified: 'Phone not verified' },
  notYours: { title: 'This page is not open to you', hint: 'You are signed in as {name}, who does not have the role that this page needs.', other: 'Sign in as somebody else', home: 'To the first page' },
  missing: { title: 'Nothing here', hint: 'The page may have moved.', home: 'To the first page' },
  error: {
    no_share_rule: 'Nothing can be ordered now: the county has no rule of shares in force. Please come back later.',     nothing_to_certify: 'Nothing was paid for, or all of it was given back.', network: 'No connection. Check it and try again.', timeout: 'No answer for a long time. Try again.', wait: 'Try again in {seconds} seconds.', invalid_body: 'Something in this request is wrong.', invalid_field: 'Some fields need another look.', unauthenticated: 'Please sign in.', token_expired: 'Your session has ended. Please sign in again.', wrong_credentials: 'Wrong number or password.', forbidden: 'You may not do this.', not_found: 'Not found.', idempotency_key_required: 'The request is incomplete. Reload and try again.', idempotency_key_invalid: 'The request is incomplete. Reload and try again.', idempotency_key_reused: 'The content has changed. Please submit again.', card_not_usable: 'This card cannot be used. Check the code.', card_frozen: 'This card is frozen.', card_expired: 'This card has expired. Re-activate it on its page.', card_not_accepted: 'A cooperative of this order does not take one of these cards. Choose another.', insufficient_balance: 'Not enough on the cards.', out_of_stock: 'Not enough in stock.', price_changed: 'A price has just changed.', cart_empty: 'The cart is empty.', not_for_sale: 'This cooperative sells nothing at the moment. Take its goods out first.', cart_changed: 'Something in the cart is no longer sold. Please look at the cart again.', not_refundable: 'This cannot be refunded now.', refund_exceeds: 'This is more than can be refunded.', state_conflict: 'Things have changed. Reload and look again.', phone_taken: 'This number is already registered.', too_many_attempts: 'Too many attempts.', unavailable: 'The service is away for a moment. Try again soon.', outcome_unknown: 'The outcome is not known yet. Check again.', internal: 'Something went wrong. Try again soon.', org_required: 'Choose an organisation.',
  },
  field: { province: 'Choose a province from the list', required: 'Please fill this in', invalid: 'Please check this', too_long: 'Too long', too_short: 'Too short' },
}

export default en
