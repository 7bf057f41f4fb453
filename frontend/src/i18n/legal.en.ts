import type zh from './legal.zh-CN'

const en: typeof zh = {
  title: { 'legal-privacy': 'Privacy policy', 'legal-terms': 'Terms of service' },
  legal: {
    version: 'Version {version}', own: 'Under “Me” you can see and withdraw consent, download your data and delete your account at any time.', toPrivacy: 'To “Privacy and data”',
    privacy: {
      collect: { title: 'What we keep', text: 'Your mobile number, name, a one-way digest of the password, delivery addresses, orders and aid cards, the devices you signed in on, and what you submit for an organisation.' },
      why: { title: 'What for', text: 'To sign you in, deliver orders, refund and balance the books, review applications and send you notices. No advertising; nothing is sold to anyone.' },
      keep: { title: 'How it is kept', text: 'Numbers, addresses and bank accounts are stored encrypted and shown in part only. Every change of rights, organisations and money is logged; auditors see personal data masked. The documents of a rejected application are kept for 90 days, so that you can apply again with them, and then deleted.' },
      share: { title: 'Who sees it', text: 'The selling cooperative sees what delivery needs; operators of the county and the platform see what their task needs; the open books hold no personal data.' },
      device: { title: 'On this device', text: 'The sign-in token, the cart, the language and applications not yet submitted, on this device only. No tracking cookies.' },
      rights: { title: 'Your rights', text: 'You can see, correct, download and erase your information, and withdraw consent. Deletion erases name, number and addresses, of which orders keep the province and city; orders and books are kept as the law asks, without showing that they were yours.' },
    },
    terms: {
      what: { title: 'What this is', text: 'A market that helps villages: cooperatives sell produce from the hills, and each sale credits a share to the collective of the village where it grew.' },
      account: { title: 'Accounts', text: 'Register with your own number and keep the password safe. What is done for an organisation is that organisation’s responsibility.' },
      cards: { title: 'Aid cards', text: 'Aid cards buy goods here. Refunds return to the card that paid, not to cash.' },
      goods: { title: 'Buying and refunds', text: 'Orders can be cancelled or refunded before dispatch; after receipt the product’s description and the law apply. A refund takes back the share of the village too.' },
      organisations: { title: 'Organisations', text: 'Submit true documents. Untrue ones, or a breach of rules, may be sent back, rejected or suspended, and you will be told why.' },
      fair: { title: 'Not allowed', text: 'Pretending to be somebody else, trading card codes, fake orders, or disturbing the service.' },
    },
  },
}

export default en
