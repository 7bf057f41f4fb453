import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, savedLocale, setLocale } from './i18n'
import { router } from './router'
import './styles/tokens.css'
import './styles/base.css'

// A new version on the server has other file names: a page that asks for an old one loads itself again, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('zique.reloaded')) return
  sessionStorage.setItem('zique.reloaded', '1')
  event.preventDefault()
  location.reload()
})

function start(): void {
  createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
}

setLocale(savedLocale()).catch(() => setLocale('zh-CN')).then(start, start)
